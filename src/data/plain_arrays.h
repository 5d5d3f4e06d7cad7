#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "data/image_set.h"

namespace syncgap::data {

/// Images or labels as an array file (HDF5, NumPy) holds them: extents, values, and where they come
/// from.
struct PlainArray {
  std::string name;  ///< "set.h5, dataset images", for messages
  std::vector<std::uint64_t> extents;
  std::variant<std::vector<std::uint8_t>, std::vector<std::int64_t>, std::vector<float>> values;
  std::int64_t file_offset = -1;  ///< byte offset of the first value; negative: not in one piece
  std::size_t element_bytes = 0;  ///< of one value in the file
};

/// Images of extents (n, H, W), (n, C, H, W) or (n, H, W, C) with C = 1 or 3, unsigned bytes or
/// floats in [0, 1], and labels in [0, class_count), (n) or (n, 1). Anything else is refused with
/// its place.
ImageSet images_from_arrays(PlainArray images, const PlainArray& labels, std::int64_t class_count);

/// What images of these extents would be; `name` is for the message where they are none.
ImageOutline outline_of(const std::string& name, const std::vector<std::uint64_t>& extents);

}  // namespace syncgap::data
