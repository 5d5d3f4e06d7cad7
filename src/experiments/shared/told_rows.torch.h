#pragma once

#include <cstdint>
#include <torch/types.h>

#include "diffusion/conditions.torch.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {

/// What rows of replicas are told, all of them alike.
inline diffusion::RowConditions told_rows(std::int64_t rows, std::int64_t told_class,
                                          double coupling) {
  diffusion::RowConditions told;
  if (told_class != kNoClass) told.label = torch::full({rows}, told_class, torch::kInt64);
  // On the CPU, where a network sees that there is none and does not compute it.
  if (coupling > 0) told.coupling = torch::full({rows}, coupling, torch::kFloat32);
  return told;
}

}  // namespace syncgap::experiments
