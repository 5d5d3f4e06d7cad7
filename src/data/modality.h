#pragma once

#include <span>
#include <utility>

#include "core/choices.h"
#include "data/image_set.h"

namespace syncgap::data {

/// T, which makes the second channel of a two-channel state z_0 = (x, T(x)). multimodal sec. 5
enum class Modality { edge, inversion, dilation, erosion, blur, identity };

inline constexpr Choices kModalities{
    std::pair{Modality::edge, "edge"},         std::pair{Modality::inversion, "inversion"},
    std::pair{Modality::dilation, "dilation"}, std::pair{Modality::erosion, "erosion"},
    std::pair{Modality::blur, "blur"},         std::pair{Modality::identity, "identity"}};

/// T(in) for each channel of one image, (C, H, W), values in [0, 1]; outside the image its border
/// goes on. `out` does not overlap `in`.
///   edge       Sobel's gradient magnitude, cut off at 1
///   inversion  1 - x
///   dilation   the largest of 3 x 3 pixels
///   erosion    the smallest of 3 x 3 pixels
///   blur       Gaussian of one pixel's width, 7 x 7
///   identity   x
void transform_image(Modality modality, const ImageShape& shape, std::span<const float> in,
                     std::span<float> out);

}  // namespace syncgap::data
