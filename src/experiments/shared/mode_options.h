#pragma once

#include <cstdint>

#include "core/options.h"
#include "experiments/shared/replica_options.h"

namespace syncgap::experiments {

/// The pairs whose differences define modes, and how many of these are asked for.
struct ModeOptions {
  std::int64_t count = 16;
  std::int64_t pairs = 64;
  std::int64_t step = 0;

  /// Binds the members.
  void describe(OptionTable& table);
  /// Throws InputError.
  void check(const ReplicaOptions& replicas) const;
};

}  // namespace syncgap::experiments
