#include "theory/conditional_metrics.h"

#include <cmath>
#include <numbers>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::theory {
namespace {

double log_cosh(double x) {
  const double size = std::abs(x);
  return size + std::log1p(std::exp(-2 * size)) - std::numbers::ln2;
}

/// E f(z), z standard normal, by the trapezoidal rule: spectrally accurate for analytic f.
template <class F>
double normal_mean(F f) {
  constexpr double step = 1.0 / 32, reach = 12;
  double sum = 0;
  for (double z = -reach; z <= reach; z += step) sum += std::exp(-0.5 * z * z) * f(z);
  return sum * step / std::sqrt(2 * std::numbers::pi);
}

}  // namespace

double two_class_entropy(double c) {
  // log p(x) = -x^2/2 - c^2/2 - log(2 pi)/2 + log cosh(c x), and E x^2 = 1 + c^2.
  return 0.5 * std::log(2 * std::numbers::pi * std::numbers::e) + c * c -
         normal_mean([c](double z) { return log_cosh(c * (c + z)); });
}

ConditionalMetrics perfect_conditional_metrics(std::size_t dimension, double mean_norm,
                                               double variance) {
  SYNCGAP_EXPECTS(dimension >= 2 && variance > 0);
  const double d = to_real(dimension);
  const double separation = mean_norm / std::sqrt(variance);
  const double wrong = 0.5 * std::erfc(separation / std::numbers::sqrt2);  // side of its class
  ConditionalMetrics metrics;
  // Given the class, x_0 and y_0 are independent.
  metrics.accuracy = (1 - wrong) * (1 - wrong) + wrong * wrong;
  metrics.plane_mse = variance + 2 * mean_norm * mean_norm * wrong;
  // h(y | x) = h(x, y) - h(x); within the pair only one direction tells the classes apart, at
  // distance sqrt(2) times that of either.
  const double gaussian = 0.5 * std::log(2 * std::numbers::pi * std::numbers::e);
  metrics.nll = two_class_entropy(std::numbers::sqrt2 * separation) -
                two_class_entropy(separation) + d * gaussian + 0.5 * d * std::log(variance);
  return metrics;
}

}  // namespace syncgap::theory
