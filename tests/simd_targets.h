#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/simd.h"

namespace syncgap {

/// Instruction sets that are compiled in and that this machine can run, by name.
struct SimdTarget {
  std::int64_t bit;
  std::string name;
};

inline std::vector<SimdTarget> runnable_simd_targets() {
  std::vector<SimdTarget> targets;
  for (const std::int64_t bit : hwy::SupportedAndGeneratedTargets())
    targets.push_back({bit, hwy::TargetName(bit)});
  return targets;
}

/// Makes dynamic dispatch choose one target while it lives.
class UseSimdTarget {
 public:
  explicit UseSimdTarget(std::int64_t bit) { choose(bit); }
  ~UseSimdTarget() { choose(0); }
  UseSimdTarget(const UseSimdTarget&) = delete;
  UseSimdTarget& operator=(const UseSimdTarget&) = delete;

 private:
  static void choose(std::int64_t bit) {
    hwy::SetSupportedTargetsForTest(bit);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

}  // namespace syncgap
