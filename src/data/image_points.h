#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "data/image_set.h"

namespace syncgap::data {

/// Which images of a class are taken when not all are: the first ones of the file, or ones drawn by
/// the stream. Draws are nested: a smaller number takes a subset of what a larger one takes.
enum class Subset { first, random };

/// Indices of `count` images, ascending, the same number of each class (the first ones get one more
/// when that does not divide); count 0: every image of the classes. Throws InputError when a class
/// has too few.
std::vector<std::uint32_t> choose_images(const ImageSet& images,
                                         std::span<const std::int32_t> classes, std::size_t count,
                                         Subset subset, const RandomStream& stream);

/// Every image of the classes, ascending.
std::vector<std::uint32_t> images_of_classes(const ImageSet& images,
                                             std::span<const std::int32_t> classes);

/// What becomes of an image before it is a point of R^d.
struct PointFormat {
  std::size_t padded_size = 0;  ///< height and width after zero padding all around; 0: as stored
  std::size_t channels = 0;     ///< the first ones are kept; 0: all
};

/// Images as points: centred by taking the mean over all of them off each channel, not rescaled.
template <class Real>
struct ImagePoints {
  ImageShape shape;                  ///< after padding
  std::vector<Real> values;          ///< (n, C, H, W)
  std::vector<double> channel_mean;  ///< what was taken off; (C)
};

/// Throws InputError when the images are larger than the padded size or have too few channels.
template <class Real>
ImagePoints<Real> make_points(const ImageSet& images, std::span<const std::uint32_t> chosen,
                              PointFormat format);

/// Checksum (FNV-1a) of the chosen images and their labels: what a result was measured on.
std::uint64_t checksum(const ImageSet& images, std::span<const std::uint32_t> chosen);

}  // namespace syncgap::data
