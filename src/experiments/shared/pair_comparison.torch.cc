#include "experiments/shared/pair_comparison.h"

#include "core/check.h"
#include "core/numbers.h"

// Shapes: M rows of P replicas.
namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// Sums of squares of each row: (M, ...) -> (M)
Tensor squared(const Tensor& of_rows) {
  return of_rows.to(torch::kFloat64).square().flatten(1).sum(1);
}

}  // namespace

Tensor by_rows(const Tensor& of_images, std::int64_t replicas) {
  return of_images.unflatten(0, {-1, replicas});
}

Comparison compare_pairs(const ImageViews& views, std::int64_t replicas) {
  const auto features = by_rows(views.features, replicas).to(torch::kFloat64);
  const auto labels = by_rows(views.labels, replicas);
  const auto coarse = by_rows(views.scales.coarse, replicas),
             fine = by_rows(views.scales.fine, replicas);
  const auto mean_over_pairs = [&](const auto& compare) {
    Tensor sum;
    for (std::int64_t a = 0; a < replicas; ++a)
      for (std::int64_t b = a + 1; b < replicas; ++b)
        sum = sum.defined() ? sum + compare(a, b) : compare(a, b);
    return sum / (to_real(replicas * (replicas - 1)) / 2);
  };
  const auto distance = [](const Tensor& scale) {
    return [&scale](std::int64_t a, std::int64_t b) {
      return squared(scale.select(1, a) - scale.select(1, b));
    };
  };
  return {mean_over_pairs([&](std::int64_t a, std::int64_t b) {
            return (features.select(1, a) * features.select(1, b)).sum(1);
          }),
          mean_over_pairs([&](std::int64_t a, std::int64_t b) {
            return labels.select(1, a).eq(labels.select(1, b)).to(torch::kFloat64);
          }),
          mean_over_pairs(distance(coarse)), mean_over_pairs(distance(fine))};
}

Comparison compare_modes(const ImageViews& views,
                         const std::vector<std::vector<double>>& amplitudes) {
  SYNCGAP_EXPECTS(!amplitudes.empty());
  const std::int64_t replicas = std::ssize(amplitudes.front());
  const auto energy = [&](const Tensor& of_images) {
    const auto rows = by_rows(of_images, replicas).to(torch::kFloat64).flatten(2);  // (M, P, n)
    Tensor sum = torch::zeros({rows.size(0)}, torch::kFloat64);
    for (const std::vector<double>& mode : amplitudes)
      sum += squared(torch::einsum("p,mpn->mn", {torch::tensor(mode, torch::kFloat64), rows}));
    return sum / to_real(std::ssize(amplitudes));
  };
  const auto one_hot = torch::one_hot(views.labels);
  return {1 - energy(views.features), 1 - energy(one_hot), 2 * energy(views.scales.coarse),
          2 * energy(views.scales.fine)};
}

}  // namespace syncgap::experiments
