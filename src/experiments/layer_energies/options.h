#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/options.h"
#include "experiments/shared/replica_options.h"

namespace syncgap::experiments {

/// How the differences of the start, which everything later is multiplied with, are kept.
enum class StartStorage { single, bfloat16 };

inline constexpr Choices kStartStorages{std::pair{StartStorage::single, "single"},
                                        std::pair{StartStorage::bfloat16, "bfloat16"}};

/// Options of `layer_energies`.
struct LayerEnergiesOptions {
  ReplicaOptions replicas;
  StartStorage start_storage = StartStorage::single;
  double band_share = 0.25;
  std::int64_t splits = 32;
  std::int64_t chance_draws = 50;
  std::vector<double> speciation_steps = {};

  OptionTable table();
};

}  // namespace syncgap::experiments
