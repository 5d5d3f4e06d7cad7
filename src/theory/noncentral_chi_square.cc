#include "theory/noncentral_chi_square.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::theory {
namespace {

/// Terms of Debye's series, and the order from which they give full precision.
constexpr std::size_t kTerms = 9;
constexpr double kDebyeOrder = 30.0;

using Polynomial = std::vector<double>;

/// U_0 ... of DLMF 10.41.9: U_{k+1} = p^2 (1 - p^2) U_k' / 2 + 1/8 int_0^p (1 - 5 q^2) U_k dq.
std::array<Polynomial, kTerms> debye_polynomials() {
  std::array<Polynomial, kTerms> u;
  u[0] = {1.0};
  for (std::size_t k = 0; k + 1 < kTerms; ++k) {
    Polynomial next(u[k].size() + 3);
    for (std::size_t i = 0; i < u[k].size(); ++i) {
      const double c = u[k][i], power = to_real(i);
      next[i + 1] += 0.5 * c * power + 0.125 * c / (power + 1.0);
      next[i + 3] -= 0.5 * c * power + 0.625 * c / (power + 3.0);
    }
    u[k + 1] = next;
  }
  return u;
}

/// Debye's expansion, for large order.
double debye(double order, double z) {
  static const std::array<Polynomial, kTerms> u = debye_polynomials();
  const double s = z / order, root = std::hypot(1.0, s), p = 1.0 / root;
  // U_k holds every second power of p, from k to 3k.
  double series = 0.0, power = 1.0;
  for (std::size_t k = 0; k < kTerms && power > 1e-17; ++k, power *= p / order) {
    double value = 0.0;
    for (std::size_t m = k + 1; m-- > 0;) value = value * p * p + u[k][k + 2 * m];
    series += value * power;
  }
  // eta - s without cancellation: sqrt(1 + s^2) - s - asinh(1 / s).
  const double exponent = order * (1.0 / (root + s) - std::asinh(1.0 / s));
  return exponent - 0.5 * std::log(2.0 * std::numbers::pi * order * root) + std::log(series);
}

}  // namespace

double log_scaled_bessel_i(double order, double z) {
  SYNCGAP_EXPECTS(order >= 0.0 && z > 0.0);
  if (order >= kDebyeOrder) return debye(order, z);
  // I_{v-1} = I_{v+1} + (2v/z) I_v, with the ratio rho = I_v / I_{v-1} going down.
  const int levels = static_cast<int>(std::ceil(kDebyeOrder - order));
  double v = order + levels;
  const double top = debye(v, z);
  double ratio = std::exp(debye(v + 1.0, z) - top);  // I_{v+1} / I_v
  double log_value = top;
  for (int i = 0; i < levels; ++i, v -= 1.0) {
    const double step = ratio + 2.0 * v / z;  // I_{v-1} / I_v
    log_value += std::log(step);
    ratio = 1.0 / step;
  }
  return log_value;
}

double log_noncentral_chi_square_density(double x, double dimension, double noncentrality) {
  SYNCGAP_EXPECTS(x > 0.0 && dimension >= 2.0 && noncentrality > 0.0);
  const double order = 0.5 * dimension - 1.0;
  const double apart = std::sqrt(x) - std::sqrt(noncentrality);
  return -std::numbers::ln2 - 0.5 * apart * apart + 0.5 * order * std::log(x / noncentrality) +
         log_scaled_bessel_i(order, std::sqrt(x * noncentrality));
}

}  // namespace syncgap::theory
