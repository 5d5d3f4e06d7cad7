#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/options.h"
#include "data/image_points.h"
#include "experiments/shared/image_source.h"

namespace syncgap::experiments {

inline constexpr Choices kSubsets{std::pair{data::Subset::first, "first"},
                                  std::pair{data::Subset::random, "random"}};

/// Precision of the distance products of a point cloud.
enum class CloudPrecision { single_precision, double_precision };

inline constexpr Choices kCloudPrecisions{std::pair{CloudPrecision::single_precision, "single"},
                                          std::pair{CloudPrecision::double_precision, "double"}};

/// What experiments on the three regimes of real images share: which images and how they become
/// points, and what is measured on them with their exact score. Defaults follow the authors' runs.
struct RegimeOptions {
  ImageSourceOptions source;
  std::int64_t padded_size = 32;
  std::int64_t channels = 1;
  data::Subset subset = data::Subset::random;
  CloudPrecision precision = CloudPrecision::single_precision;
  std::string device = "cpu";
  std::int64_t samples = 4000;
  std::int64_t resamples = 1000;
  double speciation_level = 0.775;
  double entropy_threshold = 0.1;
  double path_step = 0.01;
  double path_horizon = 5.0;

  /// Bind the members: keep this object in place while the table is used.
  void describe_images(OptionTable& table);
  /// Precision and device of the distance products; `prefix` tells them from those of networks.
  void describe_cloud(OptionTable& table, const std::string& prefix = {});
  void describe_curves(OptionTable& table);

  data::PointFormat point_format() const {
    return {std::size_t(padded_size), std::size_t(channels)};
  }
};

/// "1-8" -> {1, 8}; throws InputError for anything but two different numbers.
std::vector<std::int32_t> class_pair(const std::string& label);

}  // namespace syncgap::experiments
