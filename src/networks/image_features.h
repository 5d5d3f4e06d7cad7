#pragma once

#include <cstdint>
#include <torch/types.h>

#include "networks/feature_options.h"
#include "networks/resnet50.h"

namespace syncgap::networks {

/// (B, C, H, W) -> (B, C, height, width): each pixel is the mean, by a triangle as wide as two of
/// the coarser grid's pixels, of what lies around it; edges are left out of the mean, not repeated.
/// Pillow's bilinear filter, and torchvision's with `antialias`.
torch::Tensor antialiased_resize(const torch::Tensor& images, std::int64_t height,
                                 std::int64_t width);

/// The shorter side becomes `side`, the longer one keeps the ratio, rounded down. Images that have
/// the side stay as they are.
torch::Tensor resize_shorter_side(const torch::Tensor& images, std::int64_t side);

/// The middle side x side pixels; where there are two middles, the one torchvision takes.
torch::Tensor crop_centre(const torch::Tensor& images, std::int64_t side);

/// Images of a diffusion network, -1 to 1 and cut there, of one colour (repeated) or three: (B, 1
/// or 3, H, W) -> (B, 3, 224, 224) with the mean and deviation of ImageNet's colours taken out.
/// Single precision, or double of double.
torch::Tensor preprocess(const torch::Tensor& images, const FeatureOptions& options);

/// What the network sees in images of a diffusion network.
ResNet50Output image_features(ResNet50& network, const torch::Tensor& images,
                              const FeatureOptions& options);

}  // namespace syncgap::networks
