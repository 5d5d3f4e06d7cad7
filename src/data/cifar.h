#pragma once

#include <cstdint>
#include <string>

#include "data/byte_reader.h"
#include "data/image_set.h"

namespace syncgap::data {

/// Colour images of 32 x 32: CIFAR-10, and CIFAR-100 with the labels of its 100 classes or with
/// those of the 20 superclasses they belong to.
enum class Cifar { ten, hundred_fine, hundred_coarse };

/// The binary version: records of one label byte (CIFAR-100: a coarse and a fine one) and
/// 3 x 32 x 32 pixel bytes, nothing else. A label of `class_count` or more is refused.
ImageSet read_cifar(ByteReader& file, Cifar set, std::int64_t class_count);

/// The Python version: a pickle, of which nothing is run, of a dict with an array of bytes and a
/// list of `labels` or, for CIFAR-100, `fine_labels` or `coarse_labels`.
ImageSet read_cifar_pickle(const std::string& path, Cifar set, std::int64_t class_count);

/// `data_batch_1` to `data_batch_5` or `test_batch`; for CIFAR-100 `train` or `test`. Each with
/// .bin or .bin.gz in the binary version, bare in the Python one. Throws InputError that says what
/// is there instead, and for the part `validation`, which CIFAR does not have.
ImageSet read_cifar_folder(const std::string& folder, Cifar set, Part part,
                           std::int64_t class_count);
/// What it would hold if its files are those published; they must be there.
ImageOutline peek_cifar_folder(const std::string& folder, Cifar set, Part part);
/// Whether the first file of that part is there.
bool has_cifar_files(const std::string& folder, Cifar set, Part part);

}  // namespace syncgap::data
