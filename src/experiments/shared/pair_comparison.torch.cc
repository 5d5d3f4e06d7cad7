#include "experiments/shared/pair_comparison.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// Sums of squares of the differences of A and B in each pair: (B, 2, ...) -> (B)
Tensor squared_distance(const Tensor& of_pairs) {
  return (of_pairs.select(1, 0) - of_pairs.select(1, 1))
      .to(torch::kFloat64)
      .square()
      .flatten(1)
      .sum(1);
}

}  // namespace

Tensor by_pairs(const Tensor& of_images) { return of_images.unflatten(0, {-1, 2}); }

std::array<Tensor, kAgreementCount> compare_pairs(const ImageViews& views) {
  const auto features = by_pairs(views.features).to(torch::kFloat64);
  const auto labels = by_pairs(views.labels);
  return {(features.select(1, 0) * features.select(1, 1)).sum(1),
          labels.select(1, 0).eq(labels.select(1, 1)).to(torch::kFloat64),
          squared_distance(by_pairs(views.scales.coarse)),
          squared_distance(by_pairs(views.scales.fine))};
}

}  // namespace syncgap::experiments
