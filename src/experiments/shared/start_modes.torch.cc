#include "experiments/shared/start_modes.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/numbers.h"
#include "diffusion/branches.h"
#include "diffusion/sampling_path.h"
#include "experiments/shared/token_frequencies.h"
#include "experiments/shared/told_rows.torch.h"

// Shapes: M pairs, N tokens of D channels, K modes, F bands.
namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// Principal directions of rows (M, n), the largest variance first, by their Gram matrix.
struct Principal {
  Tensor directions;              // (most, n) double; zero where there is no variance
  std::vector<double> variances;  // (most)
};

Principal principal(const Tensor& rows, std::int64_t most) {
  constexpr double kNoVariance = 1e-10;  // of the largest: rounding
  const auto wide = rows.to(torch::kFloat64);
  const auto pairs = to_real(wide.size(0));
  const auto [values, vectors] = torch::linalg_eigh(wide.matmul(wide.t()) / pairs, "L");
  Principal out{torch::zeros({most, wide.size(1)}, wide.options()),
                std::vector<double>(unsigned_size(most), 0.0)};
  const double largest = values[-1].item<double>();
  for (std::int64_t k = 0; k < most; ++k) {
    const std::int64_t at = wide.size(0) - 1 - k;
    const double variance = values[at].item<double>();
    if (!(variance > kNoVariance * largest)) break;
    out.directions[k] = wide.t().mv(vectors.select(1, at)) / std::sqrt(pairs * variance);
    out.variances[unsigned_size(k)] = variance;
  }
  return out;
}

}  // namespace

StartModes start_modes(const ReplicaPlan& plan, const ModeOptions& options,
                       const TappedDenoiser& denoiser, const ReplicaNoise& noise,
                       std::int64_t told_class) {
  const torch::NoGradGuard no_grad;
  const ReplicaOptions& replicas = plan.options();
  const std::int64_t depth = plan.shape().depth, grid = plan.shape().grid();
  std::vector<std::vector<Tensor>> parts(unsigned_size(depth));
  const auto path = diffusion::SamplingPath::ddim(plan.schedule(), 0, plan.visited());
  bool looks = false;
  const auto look = denoiser([&](std::int64_t layer, const Tensor& tokens) {
    if (looks && layer < depth)
      parts[unsigned_size(layer)].push_back((tokens.select(1, 0) - tokens.select(1, 1)) *
                                            (std::numbers::sqrt2 / 2));
  });
  for (std::int64_t k = 0; k < options.pairs; k += replicas.group) {
    const auto count = std::min(replicas.group, options.pairs - k);
    auto states = noise.start({replicas.pairs + k, count}, replicas.start_spread);
    for (std::int64_t s = 0; s <= options.step; ++s) {
      const auto& step = path.steps()[unsigned_size(s)];
      looks = s == options.step;
      const auto t = torch::full({count}, step.from, states.options().dtype(torch::kInt64));
      const auto predicted = look(states, {t, told_rows(count, told_class, 0)});
      states = diffusion::advanced(step, states, predicted.noise);
    }
  }
  StartModes out;
  const auto bands = frequency_bands(grid);
  for (const auto& of_block : parts) {
    const auto start = torch::cat(of_block).to(torch::kCPU, torch::kFloat32);  // (M, N, D)
    auto modes = principal(start.flatten(1), options.count);
    std::vector<Tensor> rows{modes.directions};
    const auto waves = token_frequencies(start);
    for (std::int64_t band = 0; band < grid; ++band) {
      const auto of_band = waves * bands.eq(band).view({1, -1, 1}).to(waves.scalar_type());
      const auto wave = principal(of_band.flatten(1), 1).directions.view({1, -1, start.size(2)});
      rows.push_back(tokens_of_frequencies(wave).flatten(1));
    }
    const auto together = torch::cat(rows).view({-1, start.size(1), start.size(2)});
    out.directions.push_back(together.transpose(0, 1).to(of_block.front().options()).contiguous());
    out.variances.push_back(std::move(modes.variances));
  }
  return out;
}

}  // namespace syncgap::experiments
