#include "networks/mixed_precision.h"

#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace syncgap::networks {
namespace {

// LibTorch 2.4 gave every kind of device the same functions and warns of the old ones.
void enable(torch::DeviceType type, bool enabled) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  at::autocast::set_autocast_enabled(type, enabled);
  if (enabled) at::autocast::set_autocast_dtype(type, torch::kBFloat16);
#else
  if (type == torch::kCPU) {
    at::autocast::set_cpu_enabled(enabled);
    if (enabled) at::autocast::set_autocast_cpu_dtype(torch::kBFloat16);
  } else {
    at::autocast::set_enabled(enabled);
    if (enabled) at::autocast::set_autocast_gpu_dtype(torch::kBFloat16);
  }
#endif
  if (!enabled) at::autocast::clear_cache();  // of weights in bfloat16
}

}  // namespace

bool mixed_precision_on(torch::DeviceType type) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  return at::autocast::is_autocast_enabled(type);
#else
  return type == torch::kCPU ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
#endif
}

PrecisionScope::PrecisionScope(torch::DeviceType type, Precision precision)
    : type_(type), active_(precision == Precision::bf16) {
  if (active_) enable(type_, true);
}

PrecisionScope::~PrecisionScope() {
  if (active_) enable(type_, false);
}

}  // namespace syncgap::networks
