#include "networks/gelu_kernels.h"

#include <algorithm>

#include "core/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "networks/gelu_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/simd_lanes-inl.h"
#include "networks/gelu-inl.h"

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;

void gelu_values(const float* x, std::size_t count, float* y) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t at = 0; at < count; at += lanes) {
    const std::size_t there = std::min(lanes, count - at);
    store_first(d, gelu(d, load_first(d, x + at, there)), y + at, there);
  }
}

void gelu_slopes(const float* x, const float* dy, std::size_t count, float* dx) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t at = 0; at < count; at += lanes) {
    const std::size_t there = std::min(lanes, count - at);
    const auto slope = gelu_slope(d, load_first(d, x + at, there));
    store_first(d, hn::Mul(slope, load_first(d, dy + at, there)), dx + at, there);
  }
}

}  // namespace
}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace syncgap {
namespace {
HWY_EXPORT(gelu_values);
HWY_EXPORT(gelu_slopes);
}  // namespace

namespace networks {

void gelu_forward(const float* x, std::size_t count, float* y) {
  HWY_DYNAMIC_DISPATCH(gelu_values)(x, count, y);
}

void gelu_backward(const float* x, const float* dy, std::size_t count, float* dx) {
  HWY_DYNAMIC_DISPATCH(gelu_slopes)(x, dy, count, dx);
}

}  // namespace networks
}  // namespace syncgap
#endif  // HWY_ONCE
