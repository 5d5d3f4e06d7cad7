#pragma once

#include <cstdint>
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

}  // namespace syncgap::experiments
