#pragma once

#include <cstdint>
#include <torch/types.h>
#include <vector>

#include "core/random.h"
#include "parallel/dealt.h"

namespace syncgap::experiments {

/// Random numbers of rows of P replicas, (B, P, C, H, W), numbered by row and step: a pair starts
/// alike at every coupling strength, and gets the same noise.
class ReplicaNoise {
 public:
  /// `shape` (1, P, C, H, W) of one row.
  ReplicaNoise(std::uint64_t sweep_seed, std::int64_t seed, std::vector<std::int64_t> shape,
               torch::Device device);

  /// z^{A,B} = (z +- spread delta) / sqrt(1 + spread^2), dit (67): unit variance each. Any two of
  /// more replicas start as far apart as a pair, which takes spread^2 < P / (P - 2).
  torch::Tensor start(parallel::Dealt::Group pairs, double spread) const;
  torch::Tensor on_device(const torch::Tensor& states) const { return states.to(device_); }
  /// Noise of the replicas on the trunk, of this correlation: 0 independent, 1 the same.
  torch::Tensor coupled(parallel::Dealt::Group pairs, std::int64_t step, double correlation) const;
  /// Independent noise of replicas that were let go after `coupled_steps` steps.
  torch::Tensor let_go(parallel::Dealt::Group pairs, std::int64_t coupled_steps,
                       std::int64_t step) const;

 private:
  torch::Tensor normals(const RandomStream& stream, parallel::Dealt::Group pairs,
                        std::int64_t step) const;

  std::uint64_t sweep_seed_;
  std::int64_t seed_;
  std::vector<std::int64_t> shape_;
  torch::Device device_;
  RandomStream start_, coupled_;
};

}  // namespace syncgap::experiments
