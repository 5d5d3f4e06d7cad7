#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/options.h"
#include "data/image_points.h"
#include "data/image_set.h"

namespace syncgap::experiments {

/// Where images come from: the options every experiment on real data shares.
struct ImageSourceOptions {
  std::string data_path = "/usr/share/datasets/fashion-mnist";
  std::string data_format = "idx";
  std::string data_part = "train";
  std::int64_t class_count = 10;
  std::string images_dataset = "images";
  std::string labels_dataset = "labels";

  void describe(OptionTable& table);
};

/// Reads the whole set; throws InputError that names file, place and remedy.
data::ImageSet read_images(const ImageSourceOptions& options);

/// The half of an IDX or CIFAR-10 set that read_images does not read, to test on what was trained;
/// nothing where its files are not there and for HDF5 files. Throws as read_images.
std::optional<data::ImageSet> read_other_half(const ImageSourceOptions& options);

}  // namespace syncgap::experiments
