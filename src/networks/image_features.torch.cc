#include "networks/image_features.h"

#include <algorithm>
#include <array>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include "core/check.h"
#include "core/expect_shape.h"

namespace syncgap::networks {
namespace {

using torch::Tensor;

// Of ImageNet's colours, as published with the weights.
constexpr std::array<double, 3> kMean{0.485, 0.456, 0.406}, kDeviation{0.229, 0.224, 0.225};

Tensor colours(const std::array<double, 3>& values, const Tensor& like) {
  return torch::tensor(torch::ArrayRef<double>(values), torch::kFloat64)
      .to(like.device())
      .view({3, 1, 1});
}

/// Half of an even or odd number, the latter to the even neighbour, as Python's round() has it.
std::int64_t half_to_even(std::int64_t number) {
  const std::int64_t below = number / 2;
  return below + (number % 2 == 1 && below % 2 == 1 ? 1 : 0);
}

}  // namespace

Tensor antialiased_resize(const Tensor& images, std::int64_t height, std::int64_t width) {
  return at::_upsample_bilinear2d_aa(images, {height, width}, false);
}

Tensor resize_shorter_side(const Tensor& images, std::int64_t side) {
  const auto height = images.size(2), width = images.size(3), shorter = std::min(height, width);
  if (shorter == side) return images;
  return antialiased_resize(images, side * height / shorter, side * width / shorter);
}

Tensor crop_centre(const Tensor& images, std::int64_t side) {
  const auto height = images.size(2), width = images.size(3);
  require_input(height >= side && width >= side, "no centre of ", side, " x ", side,
                " pixels can be cut out of smaller images (they are ", shape_text(images.sizes()),
                "): enlarge them");
  return images.narrow(2, half_to_even(height - side), side)
      .narrow(3, half_to_even(width - side), side);
}

Tensor preprocess(const Tensor& images, const FeatureOptions& options) {
  require_input(images.dim() == 4 && (images.size(1) == 1 || images.size(1) == 3) &&
                    images.size(2) > 0 && images.size(3) > 0 && images.is_floating_point(),
                "images for a classifier are numbers of one or three colours (they are ",
                shape_text(images.sizes()), ", expected (B, 1 or 3, H, W))");
  const c10::impl::ExcludeDispatchKeyGuard single(c10::autocast_dispatch_keyset);
  const auto type = images.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  // Single precision knows a place in a row of pixels to 1e-5 of one, which shows.
  auto x = images.to(torch::kFloat64).add(1).div(2).clamp(0, 1);
  constexpr auto kSide = FeatureOptions::kSide;
  if (x.size(0) == 0)
    x = x.new_empty({0, x.size(1), kSide, kSide});
  else if (options.preprocessing == FeaturePreprocessing::plain)
    x = at::upsample_bilinear2d(x, {kSide, kSide}, false);
  else
    x = crop_centre(resize_shorter_side(x, options.resized()), kSide);
  x = (x - colours(kMean, x)) / colours(kDeviation, x);  // one colour becomes three
  return x.to(type);
}

ResNet50Output image_features(ResNet50& network, const Tensor& images,
                              const FeatureOptions& options) {
  return network(preprocess(images, options));
}

}  // namespace syncgap::networks
