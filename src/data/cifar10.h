#pragma once

#include <string>

#include "data/byte_reader.h"
#include "data/idx.h"
#include "data/image_set.h"

namespace syncgap::data {

/// CIFAR-10 in its binary version: records of one label byte (0 to 9) and 3 x 32 x 32 pixel bytes,
/// nothing else.
ImageSet read_cifar10(ByteReader& file);

/// `data_batch_1.bin` to `data_batch_5.bin`, or `test_batch.bin` for the test part; with or without
/// `.gz`.
ImageSet read_cifar10_folder(const std::string& folder, Part part);
/// What it would hold if its files are those published; they must be there.
ImageOutline peek_cifar10_folder(const std::string& folder, Part part);

}  // namespace syncgap::data
