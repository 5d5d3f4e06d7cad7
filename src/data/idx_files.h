#pragma once

#include <string>

#include "data/image_set.h"

namespace syncgap::data {

/// The two files of one part of an IDX set.
struct IdxFiles {
  std::string images, labels;
};

/// Finds them under the names people have them by:
///   train-images-idx3-ubyte     MNIST and its relatives; t10k or test for the part test
///   train-images.idx3-ubyte     with a dot, as some mirrors write it
///   emnist-letters-train-...    with a prefix; several of them in one folder need `prefix`
///   qmnist-train-labels-idx2-int  other numbers of dimensions and element types
/// each with or without .gz, or alone in a folder of that name, as Kaggle unpacks it. Throws
/// InputError that says what is there instead.
IdxFiles find_idx_files(const std::string& folder, Part part, const std::string& prefix);

/// Whether there are images of that part.
bool has_idx_files(const std::string& folder, Part part, const std::string& prefix);

}  // namespace syncgap::data
