#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/host_device.h"

/// Elementary functions as fixed sequences of IEEE operations: +, *, /, sqrt and fused
/// multiply-add, each correctly rounded, so that they give the same bits on every machine and for
/// every vector width. `simd_math-inl.h` has the same sequences on vectors. The libm and Highway's
/// own math functions promise neither. Coefficients: minimax fits, constant term first. A kernel
/// has no address of a constant of the processor: functions that kernels call copy their
/// coefficients.
namespace syncgap::approximations {

/// (log(1 + f) - f) / f^2 on [-1/3, 1/3]; log is then good to 2.7e-8 relative before rounding.
inline constexpr std::array<float, 8> kLogTail = {
    -0.4999993607838746F, 0.33333198136783804F, -0.2500781893153958F,  0.20011168711975602F,
    -0.1641595992457098F, 0.13995806087589172F, -0.15388544953340522F, 0.14026363830676936F};

/// (atanh(s) / s - 1) / s^2 in s^2 on [0, 0.04]; error 8e-19.
inline constexpr std::array<double, 8> kAtanhTail = {
    0.3333333333333333,  0.200000000000039,   0.14285714283669596, 0.11111111518903621,
    0.09090869227361513, 0.07694417338900958, 0.0660518024256631,  0.06802007853562039};

/// (sin(x) / x - 1) / x^2 and (cos(x) - 1 + x^2 / 2) / x^4 in x^2 on [0, (pi/4)^2].
/// float: errors 4e-9 and 1e-10; double: 6e-18 and 9e-19.
template <class Real>
struct QuarterTurn;
template <>
struct QuarterTurn<float> {
  static constexpr std::array<float, 3> sine = {-0.16666654943661843F, 0.008332178143656048F,
                                                -0.0001951729864131651F};
  static constexpr std::array<float, 3> cosine = {0.04166664686637814F, -0.0013887367512546748F,
                                                  2.443845122485533e-05F};
};
template <>
struct QuarterTurn<double> {
  static constexpr std::array<double, 7> sine = {-0.16666666666666666,    0.008333333333333331,
                                                 -0.00019841269841265065, 2.7557319219339167e-06,
                                                 -2.5052106232447578e-08, 1.6058531618986147e-10,
                                                 -7.586697117706918e-13};
  static constexpr std::array<double, 7> cosine = {0.041666666666666664,   -0.0013888888888888887,
                                                   2.4801587301584645e-05, -2.7557319221402824e-07,
                                                   2.087675579108042e-09,  -1.1470460887609959e-11,
                                                   4.7458719020432915e-14};
};

/// tanh(x) = x P(x^2) / Q(x^2) for |x| <= 8.5, 3.5e-8 relative before rounding; beyond, the value
/// at 8.5, which is 1 - 8e-8.
inline constexpr float kTanhClamp = 8.5F;
inline constexpr std::array<float, 6> kTanhNumerator = {
    0.9999999656778306F,  0.12949887956414938F,     0.0029538743546429834F,
    9.5737122451817e-06F, -1.3718852389217826e-08F, 2.0723738873120062e-11F};
inline constexpr std::array<float, 4> kTanhDenominator = {
    1.0F, 0.46283191276919505F, 0.023898285497988014F, 0.00023270278551223146F};

/// c[0] + c[1] x + ... by Horner's rule, every step fused.
template <class Real, std::size_t n>
SYNCGAP_HOST_DEVICE inline Real polynomial(const std::array<Real, n>& c, Real x) {
  Real sum = c[n - 1];
  for (std::size_t i = n - 1; i-- > 0;) sum = std::fma(sum, x, c[i]);
  return sum;
}

/// Natural logarithm of a normal positive number. Relative error below 2e-7.
SYNCGAP_HOST_DEVICE inline float log(float x) {
  // x = 2^e m with m in [2/3, 4/3): there is no cancellation near x = 1.
  constexpr std::int32_t two_thirds = 0x3f2aaaab;
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t exponent = (bits - two_thirds) >> 23;
  const float f = std::bit_cast<float>(bits - (exponent << 23)) - 1.0F;
  constexpr auto tail = kLogTail;  // see the head of this file
  const float log_mantissa = std::fma(f * f, polynomial(tail, f), f);
  return std::fma(static_cast<float>(exponent), 0.69314718055994531F, log_mantissa);
}

/// Natural logarithm of a normal positive number. Relative error below 5e-16.
inline double log(double x) {
  constexpr std::int64_t two_thirds = 0x3fe5555555555555;
  const auto bits = std::bit_cast<std::int64_t>(x);
  const std::int64_t exponent = (bits - two_thirds) >> 52;
  const double f = std::bit_cast<double>(bits - (exponent << 52)) - 1.0;
  const double s = f / (2.0 + f);
  const double s2 = s * s;
  // 2 atanh(s) = f - s (f - 2 s^2 T), which keeps the leading term exact.
  const double log_mantissa = std::fma(-s, std::fma(-2.0 * s2, polynomial(kAtanhTail, s2), f), f);
  return std::fma(static_cast<double>(exponent), 0.69314718055994531, log_mantissa);
}

/// Sine of |x| <= pi/4. Absolute error below 1e-7 (float), 2e-16 (double).
template <class Real>
SYNCGAP_HOST_DEVICE inline Real sine_within_quarter(Real x) {
  constexpr auto tail = QuarterTurn<Real>::sine;
  const Real x2 = x * x;
  return std::fma(x * x2, polynomial(tail, x2), x);
}

/// Cosine of |x| <= pi/4. Absolute error below 1e-7 (float), 2e-16 (double).
template <class Real>
SYNCGAP_HOST_DEVICE inline Real cosine_within_quarter(Real x) {
  constexpr auto tail = QuarterTurn<Real>::cosine;
  const Real x2 = x * x;
  const Real head = std::fma(Real(-0.5), x2, Real(1));
  return std::fma(x2 * x2, polynomial(tail, x2), head);
}

/// Hyperbolic tangent. Relative error below 5e-7, and |tanh| <= 1 + 2e-7.
inline float tanh(float x) {
  const float y = x > kTanhClamp ? kTanhClamp : (x < -kTanhClamp ? -kTanhClamp : x);
  const float y2 = y * y;
  return y * polynomial(kTanhNumerator, y2) / polynomial(kTanhDenominator, y2);
}

}  // namespace syncgap::approximations
