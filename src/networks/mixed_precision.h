#pragma once

#include <torch/types.h>

#include "networks/precision.h"

namespace syncgap::networks {

/// Whether what this thread computes on devices of `type` is in less than single precision.
bool mixed_precision_on(torch::DeviceType type);

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
