#include "sde/mixture_samples.h"

#include <cmath>
#include <numbers>

#include "core/check.h"
#include "core/numbers.h"
#include "theory/fixed_points.h"
#include "theory/information.h"

namespace syncgap::sde {

using Eigen::Index;
using Eigen::VectorXd;

namespace {}

Index choose(const VectorXd& shares, double uniform) {
  double sum = 0.0;
  for (Index k = 0; k + 1 < shares.size(); ++k) {
    sum += shares[k];
    if (uniform < sum) return k;
  }
  return shares.size() - 1;
}

MixtureSamples draw_samples(const theory::DataMixture& data, const MixtureStreams& streams,
                            std::size_t trials) {
  const Index dimension = data.dimension(), count = static_cast<Index>(trials);
  MixtureSamples samples;
  samples.clean.resize(dimension, count);
  samples.noise.resize(dimension, count);
  std::vector<double> normals(dimension);
  const Eigen::Map<const VectorXd> drawn(normals.data(), dimension);
  const bool points = data.are_points();
  for (Index i = 0; i < count; ++i) {
    const std::uint64_t trial = i;
    const Index k = choose(data.weights(), streams.label.uniform<double>(trial, 0, 0));
    samples.origin.push_back(k);
    samples.clean.col(i) = data.means().col(k);
    if (!points) {
      streams.normal.fill_normals<double>(trial, 0, normals);
      samples.clean.col(i) = data.draw(k, drawn);
    }
    streams.normal.fill_normals<double>(trial, 1, normals);
    samples.noise.col(i) = drawn;
  }
  return samples;
}

InformationSamples evaluate_samples(const theory::NoisedMixture& noised,
                                    const MixtureSamples& samples) {
  const double s = noised.noise();
  const theory::DataMixture& data = noised.data();
  const bool points = data.are_points(), has_entropy = points || data.dimension() == 1;
  const double kernel_constant =
      -0.5 * to_real(data.dimension()) * std::log(2.0 * std::numbers::pi * s);
  // log p(y) of the clean data is needed where p(y|x) is a density in all D directions.
  const bool has_prior = data.spectra().minCoeff() > 0.0;
  const theory::NoisedMixture prior(data, has_prior ? 0.0 : s);
  InformationSamples found;
  for (Index i = 0; i < samples.count(); ++i) {
    const VectorXd x = samples.noised(i, s);
    const theory::PosteriorState state = noised.at(x);
    const double kernel = samples.noise.col(i).squaredNorm() / s;
    if (points) {
      found.surprise.push_back(state.log_density - noised.log_component(samples.origin[i], x));
    } else if (has_prior) {
      const double forward = kernel_constant - 0.5 * kernel * s;
      found.surprise.push_back(state.log_density - forward -
                               prior.log_density(samples.clean.col(i)));
    } else {
      found.surprise.push_back(kNoValue);
    }
    found.label_entropy.push_back(state.label_entropy());
    found.entropy.push_back(has_entropy ? theory::pathwise_entropy(noised, x, state) : kNoValue);
    found.score_norm.push_back(state.score.squaredNorm());
    found.kernel_norm.push_back(kernel);
    found.denoising_error.push_back(
        (samples.clean.col(i) - noised.posterior_mean(x, state)).squaredNorm());
    found.posterior_variance.push_back(noised.posterior_variance(x, state));
    found.concentration.push_back(state.concentration());
  }
  return found;
}

Eigen::MatrixXd sample_spectra(const theory::NoisedMixture& noised, const MixtureSamples& samples,
                               Index trials) {
  SYNCGAP_EXPECTS(trials <= samples.count());
  Eigen::MatrixXd spectra(noised.dimension(), trials);
  for (Index i = 0; i < trials; ++i)
    spectra.col(i) = theory::jacobian_spectrum(noised, samples.noised(i, noised.noise()));
  return spectra;
}

}  // namespace syncgap::sde
