#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cloud/point_cloud.h"
#include "core/observable.h"
#include "data/image_points.h"
#include "data/image_set.h"
#include "experiments/experiment.h"
#include "experiments/shared/regime_options.h"
#include "observables/estimate.h"

namespace syncgap::experiments {

/// The images of one unit as points. n images of d numbers.
struct RegimeImages {
  std::vector<std::uint32_t> chosen;  ///< places in the data set; (n)
  std::vector<std::uint32_t> groups;  ///< 0 and 1, in the order the classes are named; (n)
  std::vector<std::int32_t> classes;  ///< the two labels
  data::ImageShape shape;
  std::vector<double> channel_mean;  ///< taken off each channel; (C)
  cloud::PointCloud cloud;
};

/// What decides the numbers of a unit beside its images and the options.
struct RegimeSeed {
  std::uint64_t sweep;
  std::int64_t seed;

  RandomStream stream(const char* purpose) const { return {sweep, purpose, {seed}}; }
};

RegimeImages take_images(const data::ImageSet& images, const std::vector<std::int32_t>& classes,
                         std::size_t count, const DatasetRegimesOptions& options,
                         const RegimeSeed& seed);

/// Largest eigenvalue of the covariance of the first channel.
void measure_spectrum(const data::ImageSet& all, const RegimeImages& images,
                      const DatasetRegimesOptions& options, const RegimeSeed& seed,
                      Results& results);

/// Curves over `times` from the posterior weights at noised images: since x_t of the backward
/// diffusion is distributed as x_t of the forward one, and a trajectory through x_t ends at image i
/// with its posterior weight, they are what cloning measures, without cloning.
void measure_posterior(const RegimeImages& images, const DatasetRegimesOptions& options,
                       const std::vector<double>& times, const RegimeSeed& seed, Results& results);

/// Conditional entropies of image and class, their rates by three identities and the variances of
/// their pathwise versions over `times`, with the times of their peaks and of the branching of the
/// two classes.
void measure_information(const RegimeImages& images, const DatasetRegimesOptions& options,
                         const std::vector<double>& times, const RegimeSeed& seed,
                         Results& results);

/// Last change of the nearest image along exact trajectories: backward ones have the law of the
/// forward process, so one runs forward from an image until another one is nearer.
void measure_paths(const RegimeImages& images, const DatasetRegimesOptions& options,
                   std::size_t paths, const RegimeSeed& seed, Results& results);

/// The axes of the backward diffusion.
struct TrajectoryPlan {
  std::vector<double> times, branch_times, frame_times;
  std::size_t trajectories = 0;
  std::vector<std::int64_t> strips;  ///< trajectories whose pictures are kept
};

/// The backward diffusion itself, trunk and clones.
void measure_trajectories(const RegimeImages& images, const DatasetRegimesOptions& options,
                          const TrajectoryPlan& plan, const RegimeSeed& seed, Results& results);

/// Mean agreements of clones at one noise level, from `samples` noised images: class and image.
struct ExactAgreement {
  double of_class, of_image;
  observables::Interval class_interval, image_interval;
};

/// ExactAgreement at each of `times`.
std::vector<ExactAgreement> exact_agreements(const RegimeImages& images,
                                             const DatasetRegimesOptions& options,
                                             const std::vector<double>& times,
                                             const RegimeSeed& seed);

}  // namespace syncgap::experiments
