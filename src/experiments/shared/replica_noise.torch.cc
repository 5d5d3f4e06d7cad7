#include "experiments/shared/replica_noise.h"

#include <cmath>
#include <utility>

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
  return diffusion::trajectory_normals(
      stream, pairs.first, {pairs.count, 2, shape_[0], shape_[1], shape_[2]}, step, device_);
}

Tensor ReplicaNoise::start(parallel::Dealt::Group pairs, double spread) const {
  const auto drawn = normals(start_, pairs, 0);
  const auto shared = drawn.select(1, 0), apart = drawn.select(1, 1) * spread;
  return torch::stack({shared + apart, shared - apart}, 1) / std::sqrt(1 + spread * spread);
}

Tensor ReplicaNoise::coupled(parallel::Dealt::Group pairs, std::int64_t step,
                             double correlation) const {
  // Modes of variance 1 + correlation and 1 - correlation.
  return diffusion::couple_noise(normals(coupled_, pairs, step), -correlation);
}

Tensor ReplicaNoise::let_go(parallel::Dealt::Group pairs, std::int64_t coupled_steps,
                            std::int64_t step) const {
  return normals(RandomStream(sweep_seed_, "noise of replicas let go", {seed_, coupled_steps}),
                 pairs, step);
}

}  // namespace syncgap::experiments
