#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "core/random.h"
#include "theory/data_mixture.h"
#include "theory/noised_mixture.h"

namespace syncgap::sde {

/// Shape letters: D dimensions, M trials.
/// Clean samples y and unit noises z of a mixture: x = y + sqrt(s) z is a sample of p_s for any
/// reduced noise s. All noise levels, and so all processes, share them.
struct MixtureSamples {
  Eigen::MatrixXd clean;             ///< (D, M)
  Eigen::MatrixXd noise;             ///< (D, M)
  std::vector<Eigen::Index> origin;  ///< component each clean sample came from (M)

  Eigen::Index count() const { return clean.cols(); }
  Eigen::VectorXd noised(Eigen::Index trial, double s) const {
    return clean.col(trial) + std::sqrt(s) * noise.col(trial);
  }
};

/// Streams of one set of samples: purpose and coordinates as the caller wants them shared.
struct MixtureStreams {
  RandomStream label;   ///< (trial, 0, 0): uniform that chooses the component
  RandomStream normal;  ///< (trial, 0, d): y within its component; (trial, 1, d): z
};

/// Trials [0, trials) of `data`.
MixtureSamples draw_samples(const theory::DataMixture& data, const MixtureStreams& streams,
                            std::size_t trials);

/// The component at which the running sum of `shares` (sum 1) passes `uniform`.
Eigen::Index choose(const Eigen::VectorXd& shares, double uniform);

/// What each sample says about its origin, all of length M; expectations are named in
/// theory::Information. Nats.
struct InformationSamples {
  std::vector<double> surprise;            ///< -log p(y|x) at the true y (points: its component);
                                           ///< NaN for Gaussians of less than D dimensions
  std::vector<double> entropy;             ///< h(x); NaN for Gaussians beyond one dimension
  std::vector<double> label_entropy;       ///< H[k|x]
  std::vector<double> score_norm;          ///< |grad log p|^2
  std::vector<double> kernel_norm;         ///< |grad log p(x|y)|^2 = |z|^2 / s, information (19)
  std::vector<double> denoising_error;     ///< |y - E[y|x]|^2, information (16), (33)
  std::vector<double> posterior_variance;  ///< tr var(y|x)
  std::vector<double> concentration;       ///< sum_k p(k|x)^2
};

InformationSamples evaluate_samples(const theory::NoisedMixture& noised,
                                    const MixtureSamples& samples);

/// Spectra of the score's Jacobian at the first `trials` samples, ascending within a column:
/// (D, trials). information (63): the local Lyapunov spectrum.
Eigen::MatrixXd sample_spectra(const theory::NoisedMixture& noised, const MixtureSamples& samples,
                               Eigen::Index trials);

}  // namespace syncgap::sde
