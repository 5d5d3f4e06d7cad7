#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/random.h"
#include "core/results.h"
#include "experiments/shared/regime_images.h"

namespace syncgap::experiments {

/// Largest eigenvalue of the covariance of the first channel.
void measure_spectrum(const data::ImageSet& all, const RegimeImages& images,
                      const RegimeOptions& options, const RegimeSeed& seed, Results& results);

/// Curves over `times` from the posterior weights at noised images: since x_t of the backward
/// diffusion is distributed as x_t of the forward one, and a trajectory through x_t ends at image i
/// with its posterior weight, they are what cloning measures, without cloning.
void measure_posterior(const RegimeImages& images, const RegimeOptions& options,
                       const std::vector<double>& times, const RegimeSeed& seed, Results& results);

/// Last change of the nearest image along exact trajectories: backward ones have the law of the
/// forward process, so one runs forward from an image until another one is nearer.
void measure_paths(const RegimeImages& images, const RegimeOptions& options, std::size_t paths,
                   const RegimeSeed& seed, Results& results);

/// Stores the last changes `name` of some paths, NaN where none was seen, and `name`_mean, which
/// has no value unless all were seen: else it would be a mean of those that change early or late.
void store_last_changes(const std::string& name, const std::vector<double>& changes,
                        const RandomStream& stream, std::size_t resamples, Results& results);

/// Mean agreements of clones at one noise level, from `samples` noised images: class and image.
struct ExactAgreement {
  double of_class, of_image;
  Interval class_interval, image_interval;
};

/// ExactAgreement at each of `times`.
std::vector<ExactAgreement> exact_agreements(const RegimeImages& images,
                                             const RegimeOptions& options,
                                             const std::vector<double>& times,
                                             const RegimeSeed& seed);

}  // namespace syncgap::experiments
