#pragma once

#include <vector>

#include "core/results.h"
#include "experiments/dataset_regimes/options.h"
#include "experiments/shared/regime_images.h"

namespace syncgap::experiments {

/// Conditional entropies of image and class, their rates by three identities and the variances of
/// their pathwise versions over `times`, with the times of their peaks and of the branching of the
/// two classes.
void measure_information(const RegimeImages& images, const RegimeOptions& options,
                         const std::vector<double>& times, const RegimeSeed& seed,
                         Results& results);

/// The axes of the backward diffusion.
struct TrajectoryPlan {
  std::vector<double> times, branch_times, image_times;
  std::int64_t trajectories = 0;
  std::vector<std::int64_t> strips;  ///< trajectories whose images are kept
};

/// The backward diffusion itself, trunk and clones.
void measure_trajectories(const RegimeImages& images, const DatasetRegimesOptions& options,
                          const TrajectoryPlan& plan, const RegimeSeed& seed, Results& results);

}  // namespace syncgap::experiments
