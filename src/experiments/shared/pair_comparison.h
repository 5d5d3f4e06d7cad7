#pragma once

#include <array>
#include <torch/types.h>

#include "experiments/shared/agreements.h"
#include "experiments/shared/image_judge.h"

namespace syncgap::experiments {

/// Images of pairs, A then B of each, as pairs: (2 M, ...) -> (M, 2, ...)
torch::Tensor by_pairs(const torch::Tensor& of_images);

/// By what the images of a pair are compared, in the order of kAgreements: cosine of features, same
/// label, and squared distances of the coarse and the fine scale. Of each pair, (M) double.
std::array<torch::Tensor, kAgreementCount> compare_pairs(const ImageViews& views);

}  // namespace syncgap::experiments
