#include "experiments/shared/regime_images.h"

#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {
namespace {

template <class Real>
RegimeImages images_as(const data::ImageSet& images, std::vector<std::uint32_t> chosen,
                       const std::vector<std::int32_t>& classes, data::PointFormat format) {
  data::ImagePoints<Real> points = data::make_points<Real>(images, chosen, format);
  std::vector<std::uint32_t> groups;
  groups.reserve(chosen.size());
  for (const std::uint32_t i : chosen) groups.push_back(images.label(i) == classes[0] ? 0 : 1);
  cloud::PointCloud cloud(std::move(points.values), points.shape.size(), {groups, {}});
  return {std::move(chosen), std::move(groups),   classes,
          points.shape,      points.channel_mean, std::move(cloud)};
}

}  // namespace

RegimeImages take_images(const data::ImageSet& images, const std::vector<std::int32_t>& classes,
                         std::int64_t count, const RegimeOptions& options, const RegimeSeed& seed) {
  std::vector<std::uint32_t> chosen =
      data::choose_images(images, classes, count, options.subset, seed.stream("subset of images"));
  RegimeImages taken =
      options.precision == CloudPrecision::double_precision
          ? images_as<double>(images, std::move(chosen), classes, options.point_format())
          : images_as<float>(images, std::move(chosen), classes, options.point_format());
  if (options.device != "cpu") taken.cloud.move_to(options.device);
  return taken;
}

std::int64_t expected_images(std::int64_t count, const data::ImageOutline& outline,
                             const RegimeOptions& options) {
  return count > 0 ? count : 2 * outline.count / options.source.class_count;
}

void check_subsets(const Grid& grid, const RegimeOptions& options, std::int64_t least) {
  for (const std::int64_t count : axis_values<std::int64_t>(grid, "images"))
    require_input(count == 0 || count >= least, "too few images (axes.images, saw ", count,
                  "): give at least ", least, ", or 0 for all");
  for (const std::string& label : axis_values<std::string>(grid, "classes"))
    for (const std::int32_t of_pair : class_pair(label))
      require_input(of_pair < options.source.class_count, "there is no class ", of_pair,
                    " (axes.classes, saw \"", label,
                    "\"): classes are below experiment.class_count = ", options.source.class_count);
}

void check_images(const Grid& grid, const data::ImageSet& images, const RegimeOptions& options) {
  for (const std::string& label : axis_values<std::string>(grid, "classes"))
    for (const std::int64_t count : axis_values<std::int64_t>(grid, "images"))
      data::choose_images(images, class_pair(label), count, data::Subset::first,
                          RandomStream(0, "check"));
  const std::vector<std::uint32_t> one = {0};
  data::make_points<float>(images, one, options.point_format());
}

Fact cloud_fact(const RegimeOptions& options) {
  // Devices of one kind give the same bits, whichever of them it is.
  return {"distance products", options.device.substr(0, options.device.find(':'))};
}

void store_images_used(const data::ImageSet& all, const RegimeImages& images, Results& results) {
  results.cells("image_count").set(to_real(images.chosen.size()));
  results.cells("dimension").set(to_real(images.cloud.dimension()));
  results.cells("varying_dimension").set(to_real(images.cloud.varying_dimension()));
  constexpr std::uint64_t kExact = (std::uint64_t{1} << 53) - 1;
  results.cells("data_checksum").set(to_real(data::checksum(all, images.chosen) & kExact));
}

}  // namespace syncgap::experiments
