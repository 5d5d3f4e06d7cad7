#include "experiments/shared/replica_noise.h"

#include <cmath>
#include <utility>

#include "core/numbers.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/normals.h"

namespace syncgap::experiments {

using torch::Tensor;

ReplicaNoise::ReplicaNoise(std::uint64_t sweep_seed, std::int64_t seed,
                           std::vector<std::int64_t> shape, torch::Device device)
    : sweep_seed_(sweep_seed),
      seed_(seed),
      shape_(std::move(shape)),
      device_(device),
      start_(sweep_seed, "replica start", {seed}),
      coupled_(sweep_seed, "replica noise", {seed}) {}

Tensor ReplicaNoise::normals(const RandomStream& stream, parallel::Dealt::Group pairs,
                             std::int64_t step) const {
  auto shape = shape_;
  shape.front() = pairs.count;
  return diffusion::trajectory_normals(stream, pairs.first, shape, step, device_);
}

Tensor ReplicaNoise::start(parallel::Dealt::Group pairs, double spread) const {
  // Correlations are (1 - s^2) / (1 + (P - 1) s^2) where differences have variance s^2 of the
  // common part's: those of a pair, (1 - spread^2) / (1 + spread^2), ask for this one.
  const double count = to_real(shape_[1]), squared = spread * spread;
  const double apart = 2 * squared / (count - (count - 2) * squared);
  auto modes = normals(start_, pairs, 0);
  modes.narrow(1, 1, shape_[1] - 1).mul_(std::sqrt(apart));
  return diffusion::about_common(modes) / std::sqrt(1 + (count - 1) * apart);
}

Tensor ReplicaNoise::coupled(parallel::Dealt::Group pairs, std::int64_t step,
                             double correlation) const {
  return diffusion::correlate_noise(normals(coupled_, pairs, step), correlation);
}

Tensor ReplicaNoise::let_go(parallel::Dealt::Group pairs, std::int64_t coupled_steps,
                            std::int64_t step) const {
  return normals(RandomStream(sweep_seed_, "noise of replicas let go", {seed_, coupled_steps}),
                 pairs, step);
}

}  // namespace syncgap::experiments
