#include "networks/dit_embeddings.h"

#include <cmath>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::networks {

using torch::Tensor;

Tensor position_embedding(const DiTShape& shape) {
  const auto grid = shape.grid(), quarter = shape.width / 4;
  const auto rates =
      torch::exp(torch::arange(quarter, torch::kFloat64) * (-std::log(1e4) / to_real(quarter)));
  const auto angles = torch::arange(grid, torch::kFloat64).unsqueeze(1) * rates;
  const auto waves = torch::cat({torch::sin(angles), torch::cos(angles)}, 1);  // (grid, D / 2)
  const auto column = waves.unsqueeze(0).expand({grid, grid, 2 * quarter});
  const auto row = waves.unsqueeze(1).expand({grid, grid, 2 * quarter});
  return torch::cat({column, row}, 2).view({1, grid * grid, shape.width}).to(torch::kFloat32);
}

Tensor step_frequencies(const Tensor& steps, DiTRules rules) {
  const std::int64_t half = kStepFrequencies / 2;
  const double divisor = to_real(rules == DiTRules::original ? half : half - 1);
  const auto numbers = torch::arange(half, steps.options().dtype(torch::kFloat64));
  const auto rates = torch::exp(numbers * (-std::log(1e4) / divisor)).to(torch::kFloat32);
  const auto angles = steps.to(torch::kFloat32).unsqueeze(1) * rates;
  return torch::cat({torch::cos(angles), torch::sin(angles)}, 1);
}

Tensor patches_of(const Tensor& images, std::int64_t patch) {
  const auto rows = images.size(0), channels = images.size(1);
  const auto high = images.size(2) / patch, wide = images.size(3) / patch;
  return images.reshape({rows, channels, high, patch, wide, patch})
      .permute({0, 2, 4, 1, 3, 5})
      .reshape({rows, high * wide, channels * patch * patch});
}

Tensor images_of(const Tensor& patches, std::int64_t patch, std::int64_t channels) {
  const auto rows = patches.size(0);
  const auto grid = std::llround(std::sqrt(to_real(patches.size(1))));
  SYNCGAP_EXPECTS(grid * grid == patches.size(1));
  return patches.reshape({rows, grid, grid, patch, patch, channels})
      .permute({0, 5, 1, 3, 2, 4})
      .reshape({rows, channels, grid * patch, grid * patch});
}

}  // namespace syncgap::networks
