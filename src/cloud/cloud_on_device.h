#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cloud/cloud_view.h"
#include "cloud/posterior.h"

namespace syncgap::cloud {

/// A PointCloud whose points lie in the memory of a device of LibTorch, with the same answers up to
/// rounding: products in the precision of the points, everything else in double, and of products in
/// float the smallest energies again in double. Internal to PointCloud.
class CloudOnDevice {
 public:
  virtual ~CloudOnDevice() = default;

  /// See PointCloud.
  virtual Posterior posterior(NoiseLevel level, std::span<const double> states,
                              std::span<const std::uint32_t> sources, PosteriorMean mean) const = 0;
  virtual std::vector<std::uint32_t> nearest(NoiseLevel level,
                                             std::span<const double> states) const = 0;
};

/// Copies the cloud to `device`, named as LibTorch does ("cuda", "cuda:1"; "cpu" is LibTorch's own
/// way on the processor). Throws InputError where there is no such device or no LibTorch at all.
std::shared_ptr<const CloudOnDevice> put_on_device(const CloudView<float>& cloud,
                                                   const std::string& device);
std::shared_ptr<const CloudOnDevice> put_on_device(const CloudView<double>& cloud,
                                                   const std::string& device);

/// Throws the InputError put_on_device would.
void require_device(const std::string& device);

/// What needs LibTorch of this, exported as kCloudTable.
struct CloudTable {
  std::shared_ptr<const CloudOnDevice> (*put_float)(const CloudView<float>&, const std::string&);
  std::shared_ptr<const CloudOnDevice> (*put_double)(const CloudView<double>&, const std::string&);
  void (*require)(const std::string& device);
};
inline constexpr const char* kCloudTable = "syncgap_cloud_table";

}  // namespace syncgap::cloud
