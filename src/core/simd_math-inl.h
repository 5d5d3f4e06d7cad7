// Vector forms of core/approximations.h: the same operations in the same order, hence the same
// bits. Included once per Highway target.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/approximations.h"
#include "core/simd.h"

#if defined(SYNCGAP_CORE_SIMD_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SYNCGAP_CORE_SIMD_MATH_INL_H_
#undef SYNCGAP_CORE_SIMD_MATH_INL_H_
#else
#define SYNCGAP_CORE_SIMD_MATH_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// a * b + c with one rounding on every target. Without hardware support it is std::fma lane by
/// lane: the same bits, an order of magnitude slower.
template <class V>
HWY_INLINE V fma(V a, V b, V c) {
#if HWY_NATIVE_FMA
  return hn::MulAdd(a, b, c);
#else
  const hn::DFromV<V> d;
  using Real = hn::TFromD<decltype(d)>;
  HWY_ALIGN Real x[hn::MaxLanes(d)];
  HWY_ALIGN Real y[hn::MaxLanes(d)];
  HWY_ALIGN Real z[hn::MaxLanes(d)];
  hn::Store(a, d, x);
  hn::Store(b, d, y);
  hn::Store(c, d, z);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) z[i] = std::fma(x[i], y[i], z[i]);
  return hn::Load(d, z);
#endif
}

template <class D, class Real, std::size_t n, class V = hn::Vec<D>>
HWY_INLINE V polynomial(D d, const std::array<Real, n>& c, V x) {
  V sum = hn::Set(d, c[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) sum = fma(sum, x, hn::Set(d, c[i]));
  return sum;
}

/// Splits x = 2^exponent * mantissa with mantissa in [2/3, 4/3).
template <class D, class V = hn::Vec<D>, class VI = hn::Vec<hn::RebindToSigned<D>>>
HWY_INLINE void split_exponent(D d, V x, VI& exponent, V& mantissa) {
  const hn::RebindToSigned<D> di;
  const auto bits = hn::BitCast(di, x);
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    exponent = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(di, 0x3f2aaaab)));
    mantissa = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(exponent)));
  } else {
    exponent = hn::ShiftRight<52>(hn::Sub(bits, hn::Set(di, 0x3fe5555555555555)));
    mantissa = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<52>(exponent)));
  }
}

/// approximations::log on each lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V log(D d, V x) {
  using Real = hn::TFromD<D>;
  hn::Vec<hn::RebindToSigned<D>> exponent;
  V mantissa;
  split_exponent(d, x, exponent, mantissa);
  const V f = hn::Sub(mantissa, hn::Set(d, Real(1)));
  if constexpr (sizeof(Real) == 4) {
    const V log_mantissa = fma(hn::Mul(f, f), polynomial(d, approximations::kLogTail, f), f);
    return fma(hn::ConvertTo(d, exponent), hn::Set(d, 0.69314718055994531F), log_mantissa);
  } else {
    const V s = hn::Div(f, hn::Add(hn::Set(d, 2.0), f));
    const V s2 = hn::Mul(s, s);
    const V tail = polynomial(d, approximations::kAtanhTail, s2);
    const V log_mantissa = fma(hn::Neg(s), fma(hn::Mul(hn::Set(d, -2.0), s2), tail, f), f);
    return fma(hn::ConvertTo(d, exponent), hn::Set(d, 0.69314718055994531), log_mantissa);
  }
}

/// approximations::sine_within_quarter on each lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sine_within_quarter(D d, V x) {
  using Coefficients = approximations::QuarterTurn<hn::TFromD<D>>;
  const V x2 = hn::Mul(x, x);
  return fma(hn::Mul(x, x2), polynomial(d, Coefficients::sine, x2), x);
}

/// approximations::cosine_within_quarter on each lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V cosine_within_quarter(D d, V x) {
  using Real = hn::TFromD<D>;
  const V x2 = hn::Mul(x, x);
  const V head = fma(hn::Set(d, Real(-0.5)), x2, hn::Set(d, Real(1)));
  return fma(hn::Mul(x2, x2), polynomial(d, approximations::QuarterTurn<Real>::cosine, x2), head);
}

/// approximations::tanh on each lane of floats.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V tanh(D d, V x) {
  const V limit = hn::Set(d, approximations::kTanhClamp);
  const V y = hn::Max(hn::Min(x, limit), hn::Neg(limit));
  const V y2 = hn::Mul(y, y);
  return hn::Div(hn::Mul(y, polynomial(d, approximations::kTanhNumerator, y2)),
                 polynomial(d, approximations::kTanhDenominator, y2));
}

}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
