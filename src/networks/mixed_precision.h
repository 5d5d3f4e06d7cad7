#pragma once

#include <torch/types.h>

namespace syncgap::networks {

enum class Precision {
  single,
  bf16  ///< convolutions and products in bfloat16, sums, norms and losses in single
};

/// While it lives, what this thread computes on devices of `type` is in the given precision.
class PrecisionScope {
 public:
  PrecisionScope(torch::DeviceType type, Precision precision);
  ~PrecisionScope();
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;

 private:
  torch::DeviceType type_;
  bool active_;
};

}  // namespace syncgap::networks
