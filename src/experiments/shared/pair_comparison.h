#pragma once

#include <array>
#include <cstdint>
#include <torch/types.h>
#include <vector>

#include "experiments/shared/agreements.h"
#include "experiments/shared/image_judge.h"

namespace syncgap::experiments {

/// By what images are compared, in the order of kAgreements: cosine of features, same label, and
/// squared distances of the coarse and the fine scale. Of each row of replicas, (M) double.
using Comparison = std::array<torch::Tensor, kAgreementCount>;

/// Images of rows, A then B and so on of each, as rows: (P M, ...) -> (M, P, ...)
torch::Tensor by_rows(const torch::Tensor& of_images, std::int64_t replicas = 2);

/// Of the two images of a pair, or the mean over every two of P replicas.
Comparison compare_pairs(const ImageViews& views, std::int64_t replicas = 2);

/// The same of modes of difference alone, each mode with amplitude sum_i l_i x_i of the replicas'
/// features, images, or labels as vectors of zeros and a one: an agreement is 1 less the
/// amplitude's square, a distance twice that square, which of a pair's one mode is what
/// compare_pairs says. The mean over all modes of a complete graph is that over every two.
/// `amplitudes`: of each mode, its weights (P), all alike; the comparison is their mean.
Comparison compare_modes(const ImageViews& views,
                         const std::vector<std::vector<double>>& amplitudes);

}  // namespace syncgap::experiments
