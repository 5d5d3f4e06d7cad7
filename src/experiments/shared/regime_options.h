#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/options.h"
#include "experiments/shared/image_source.h"
#include "sde/denoised_cloning.h"

namespace syncgap::experiments {

/// Options of `dataset_regimes`; defaults follow the authors' runs.
struct DatasetRegimesOptions {
  ImageSourceOptions source;
  std::int64_t padded_size = 32;
  std::int64_t channels = 1;
  std::string subset = "random";
  std::string precision = "single";
  std::string device = "cpu";
  std::vector<std::string> measure = {"spectrum", "posterior", "paths", "trajectories"};
  std::int64_t samples = 4000;
  std::int64_t resamples = 1000;
  double speciation_level = 0.775;
  double entropy_threshold = 0.1;
  double path_step = 0.01;
  double path_horizon = 5.0;
  std::string time_grid = "ddpm";
  std::int64_t steps = 500;
  double horizon = 5.0;
  std::string scheme = "ancestral";
  double settled_weight = 1e-6;

  /// Binds the members: keep this object in place while the table is used.
  OptionTable table();
  /// Parts of the table that other experiments on the same images share: which images and how they
  /// become points, and what is measured on them with their exact score.
  void describe_images(OptionTable& table);
  void describe_curves(OptionTable& table);

  bool measures(const char* part) const;
  std::vector<double> reverse_times() const;
  sde::StepScheme step_scheme() const;
  data::PointFormat point_format() const;
};

/// "1-8" -> {1, 8}; throws InputError for anything but two different numbers.
std::vector<std::int32_t> class_pair(const std::string& label);

}  // namespace syncgap::experiments
