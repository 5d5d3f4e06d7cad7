#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <torch/types.h>
#include <vector>

#include "data/image_set.h"

namespace syncgap::models {

/// Images and what they show.
struct LabelledImages {
  torch::Tensor images;  ///< (n, C, H, W), float
  torch::Tensor labels;  ///< (n), int64, 0 to K - 1
};

/// Where images a classifier is tested on come from.
///   own_part  the test part of the data set
///   held_out  the last tenth of the only part there is, which is not trained on
enum class TestImages { own_part, held_out };

struct ClassifierImages {
  LabelledImages train, test;
  TestImages test_images = TestImages::own_part;
};

/// Makes images (n, C, H, W) of the chosen images.
using ImageMaker = std::function<torch::Tensor(const data::ImageSet& images,
                                               const std::vector<std::uint32_t>& chosen)>;

/// Every image of the classes, numbered in the order they are named, as `make` shows them. Throws
/// InputError where either set lacks a class.
ClassifierImages classifier_images(const data::ImageSet& images,
                                   const std::optional<data::ImageSet>& test_images,
                                   const std::vector<std::int32_t>& classes,
                                   const ImageMaker& make);

}  // namespace syncgap::models
