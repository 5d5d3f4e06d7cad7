#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cloud/point_cloud.h"
#include "core/identity.h"
#include "core/random.h"
#include "core/results.h"
#include "data/image_points.h"
#include "data/image_set.h"
#include "experiments/shared/regime_options.h"

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
                         std::int64_t count, const RegimeOptions& options, const RegimeSeed& seed);

/// Images a unit would take, as far as can be known without reading one: of n = 0, all of the two
/// classes, a share of all.
std::int64_t expected_images(std::int64_t count, const data::ImageOutline& outline,
                             const RegimeOptions& options);

/// Refuses what axes say without a look at the images: fewer than `least` of them where not all are
/// taken, labels that name no two classes.
void check_subsets(const Grid& grid, const RegimeOptions& options, std::int64_t least);

/// Refuses before the first unit runs what would stop one: a class with too few images, images
/// larger than their padding.
void check_images(const Grid& grid, const data::ImageSet& images, const RegimeOptions& options);

/// Where the distance products are computed, "cpu" or "cuda".
Fact cloud_fact(const RegimeOptions& options);

/// Fills what describe_images_used declares.
void store_images_used(const data::ImageSet& all, const RegimeImages& images, Results& results);

/// Image `values` (d), with the mean of each channel put back `times` so many, into cells whose
/// last axes are channel, row and column.
template <class Real, class... Place>
void store_pixels(Cells cells, const RegimeImages& images, std::span<const Real> values,
                  double times, Place... at) {
  std::vector<double> pixels(values.size());
  for (std::size_t k = 0; k < pixels.size(); ++k)
    pixels[k] = double{values[k]} + times * images.channel_mean[k / images.shape.plane()];
  cells.assign(pixels, at...);
}

}  // namespace syncgap::experiments
