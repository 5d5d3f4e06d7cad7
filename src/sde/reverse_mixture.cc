#include "sde/reverse_mixture.h"

#include <cmath>
#include <span>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::sde {

using Eigen::Index;
using Eigen::VectorXd;

ReverseMixture::ReverseMixture(const theory::DataMixture& data, const std::vector<double>& levels,
                               BridgeFrom step, std::size_t substeps)
    : step_(step), substeps_(substeps) {
  SYNCGAP_EXPECTS(!levels.empty() && levels.back() > 0.0 && substeps > 0);
  for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
    SYNCGAP_EXPECTS(levels[i] > levels[i + 1]);
    const double ratio = std::log(levels[i + 1] / levels[i]) / to_real(substeps);
    for (std::size_t j = 0; j < substeps; ++j)
      noised_.emplace_back(data, levels[i] * std::exp(ratio * to_real(j)));
  }
  noised_.emplace_back(data, levels.back());
}

Eigen::MatrixXd ReverseMixture::run(const MixtureStreams& streams, std::uint64_t trial) const {
  const theory::DataMixture& data = noised_.front().data();
  const Index dimension = data.dimension();
  std::vector<double> buffer(2 * unsigned_size(dimension));
  const Eigen::Map<const VectorXd> bridge_normals(buffer.data(), dimension);
  const Eigen::Map<const VectorXd> clean_normals(buffer.data() + dimension, dimension);
  auto draw = [&](std::size_t step) {
    streams.normal.fill_normals<double>(trial, static_cast<std::uint32_t>(step), buffer);
  };

  const std::size_t steps = noised_.size() - 1;
  Eigen::MatrixXd path(dimension, static_cast<Index>(steps / substeps_) + 1);
  draw(0);
  const Index start = choose(data.weights(), streams.label.uniform<double>(trial, 0, 0));
  VectorXd x = data.draw(start, clean_normals) + std::sqrt(noised_[0].noise()) * bridge_normals;
  path.col(0) = x;
  for (std::size_t i = 1; i <= steps; ++i) {
    const theory::NoisedMixture& here = noised_[i - 1];
    const double from = here.noise(), to = noised_[i].noise();
    const theory::PosteriorState state = here.at(x);
    draw(i);
    VectorXd target;
    if (step_ == BridgeFrom::exact) {
      const double uniform = streams.label.uniform<double>(trial, static_cast<std::uint32_t>(i), 0);
      const Index k = choose(state.responsibilities, uniform);
      target = here.draw_posterior(k, x, clean_normals);
    } else {
      target = here.posterior_mean(x, state);
    }
    x = target + (to / from) * (x - target) + std::sqrt(to * (from - to) / from) * bridge_normals;
    if (i % substeps_ == 0) path.col(i / substeps_) = x;
  }
  return path;
}

}  // namespace syncgap::sde
