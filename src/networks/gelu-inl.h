// The linear unit x Phi(x) with the normal distribution's tanh form, and its slope, on vectors.
// Included once per Highway target.
#include "core/simd.h"

#if defined(SYNCGAP_NETWORKS_GELU_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SYNCGAP_NETWORKS_GELU_INL_H_
#undef SYNCGAP_NETWORKS_GELU_INL_H_
#else
#define SYNCGAP_NETWORKS_GELU_INL_H_
#endif

#include <hwy/highway.h>

#include "core/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr float kGeluSlope = 0.79788456080286536F;  // sqrt(2 / pi)
constexpr float kGeluCubic = 0.044715F;

/// tanh(sqrt(2 / pi) (x + 0.044715 x^3)) of floats
template <class D, class V = hn::Vec<D>>
HWY_INLINE V gelu_tanh(D d, V x, V squared) {
  const V cubed = fma(hn::Mul(hn::Set(d, kGeluCubic), squared), x, x);
  return tanh(d, hn::Mul(hn::Set(d, kGeluSlope), cubed));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V gelu(D d, V x) {
  const V half = hn::Mul(hn::Set(d, 0.5F), x);
  return fma(half, gelu_tanh(d, x, hn::Mul(x, x)), half);
}

/// d gelu / d x
template <class D, class V = hn::Vec<D>>
HWY_INLINE V gelu_slope(D d, V x) {
  const V half = hn::Set(d, 0.5F), one = hn::Set(d, 1.0F), squared = hn::Mul(x, x);
  const V t = gelu_tanh(d, x, squared);
  const V inner = fma(hn::Set(d, 3 * kGeluSlope * kGeluCubic), squared, hn::Set(d, kGeluSlope));
  const V bend = hn::Mul(hn::Mul(half, x), hn::Mul(fma(hn::Neg(t), t, one), inner));
  return fma(half, t, hn::Add(half, bend));
}

}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
