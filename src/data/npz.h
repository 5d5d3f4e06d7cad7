#pragma once

#include <cstdint>
#include <string>

#include "data/image_set.h"

namespace syncgap::data {

/// NumPy's .npz files (a zip file of .npy arrays in either byte order) with images and labels of
/// each part, as MedMNIST names them (train_images, train_labels, val_images, ...) or Keras
/// (x_train, y_train, x_test, ...). Images as images_from_arrays takes them, labels (n) or (n, 1).
/// Throws InputError that names what is in the file instead.
ImageSet read_npz(const std::string& path, Part part, std::int64_t class_count);
/// How many images there are and of what shape, from the header of their array.
ImageOutline peek_npz(const std::string& path, Part part);
/// Whether there are images of that part.
bool has_npz_part(const std::string& path, Part part);

}  // namespace syncgap::data
