#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/byte_reader.h"
#include "data/image_set.h"

namespace syncgap::data {

// IDX files, the format of MNIST and its relatives: two zero bytes, the element type (8: unsigned
// byte, 9: signed byte, 11: 16 bits, 12: 32 bits), the number of dimensions, each extent as a
// big-endian 32-bit number, then the elements, big-endian too.

/// Pixels of an IDX file of three (n, H, W) or four (n, C, H, W) dimensions.
struct IdxImages {
  std::uint64_t count = 0;
  ImageShape shape;
  std::vector<std::uint8_t> pixels;
};
IdxImages read_idx_images(ByteReader& file);

/// Labels of an IDX file of whole numbers, each below `class_count`; of one dimension, or of two as
/// QMNIST's tables, whose first column they are.
std::vector<std::int32_t> read_idx_labels(ByteReader& file, std::int64_t class_count);

/// Images and labels of the files that find_idx_files finds.
ImageSet read_idx_folder(const std::string& folder, Part part, std::int64_t class_count,
                         const std::string& prefix = "");
/// The same from the header of the images alone; both files must be there.
ImageOutline peek_idx_folder(const std::string& folder, Part part, const std::string& prefix = "");

}  // namespace syncgap::data
