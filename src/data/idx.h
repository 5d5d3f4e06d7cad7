#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/byte_reader.h"
#include "data/image_set.h"

namespace syncgap::data {

// IDX files, the format of MNIST and its relatives: two zero bytes, the element type (8: unsigned
// byte), the number of dimensions, each extent as a big-endian 32-bit number, then the elements.

/// Pixels of an IDX file of three (n, H, W) or four (n, C, H, W) dimensions.
struct IdxImages {
  std::uint64_t count = 0;
  ImageShape shape;
  std::vector<std::uint8_t> pixels;
};
IdxImages read_idx_images(ByteReader& file);

/// Labels of an IDX file of one dimension, each below `class_count`.
std::vector<std::int32_t> read_idx_labels(ByteReader& file, std::int64_t class_count);

/// Which half of a data set; IDX sets name them "train" and "t10k".
enum class Part { train, test };

/// Images and labels of a folder that holds `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`
/// or, for the test part, the same with `t10k`; with or without `.gz`.
ImageSet read_idx_folder(const std::string& folder, Part part, std::int64_t class_count);
/// The same from the header of the images alone; both files must be there.
ImageOutline peek_idx_folder(const std::string& folder, Part part);

}  // namespace syncgap::data
