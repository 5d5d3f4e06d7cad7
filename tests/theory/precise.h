#pragma once

#include <cmath>

#include <boost/multiprecision/cpp_bin_float.hpp>

// The formulas as one would write them on paper, in 50 digits, with roots by plain bisection: what
// the double-precision closed forms are held against.
namespace syncgap::theory::precise {

using Real = boost::multiprecision::cpp_bin_float_50;

/// (e^{2 rate t} - 1) / (2 rate).
inline Real growth_integral(const Real& rate, const Real& t) {
  if (rate == 0) return t;
  return (exp(2 * rate * t) - 1) / (2 * rate);
}

/// One term of multimodal (62).
inline Real mode_kappa(const Real& rate, const Real& w2, const Real& s2, const Real& m2,
                       const Real& t) {
  const Real growth = exp(2 * rate * t);
  const Real c = s2 * growth + w2 * growth_integral(rate, t);
  return w2 * growth * m2 / (c * (rate * c + w2));
}

/// Left-hand side of multimodal (72) for one mode, minus one.
inline Real memory_ratio(const Real& rate, const Real& w2, const Real& s2, const Real& t) {
  if (rate == 0) return s2 / w2 / t;
  return s2 / w2 * (-2 * rate) / (exp(-2 * rate * t) - 1);
}

/// The sign change of a falling function on (0, infinity), to 30 digits.
template <class Falling>
double falling_root(Falling f) {
  Real high = 1;
  while (f(high) > 0) high *= 2;
  Real low = high / 2;
  while (f(low) < 0) high = low, low /= 2;
  for (int i = 0; i < 100; ++i) {
    const Real middle = (low + high) / 2;
    (f(middle) > 0 ? low : high) = middle;
  }
  return low.convert_to<double>();
}

}  // namespace syncgap::theory::precise
