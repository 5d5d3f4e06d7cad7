#include "theory/speciation.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/root.h"
#include "theory/coupled_process.h"

namespace syncgap::theory {

double mode_gain(double rate, double noise_variance, double log_growth, double covariance) {
  return noise_variance * std::exp(2.0 * log_growth) /
         (covariance * (rate * covariance + noise_variance));
}

double mode_kappa(double rate, double noise_variance, double variance, double mean_square,
                  double t) {
  const double covariance =
      variance * std::exp(2.0 * rate * t) + noise_variance * growth_integral(rate, t);
  return mean_square * mode_gain(rate, noise_variance, rate * t, covariance);
}

bool is_confining(double rate, double noise_variance, double variance) {
  return -rate * variance < noise_variance;
}

Speciation mode_speciation(double rate, double noise_variance, double variance,
                           double mean_square) {
  SYNCGAP_EXPECTS(rate <= 0.0 && noise_variance > 0.0 && variance > 0.0 && mean_square >= 0.0);
  Speciation result;
  if (!is_confining(rate, noise_variance, variance)) {
    result.status = SpeciationStatus::unstable;
    return result;
  }
  result.peak = mode_kappa(rate, noise_variance, variance, mean_square, 0.0);

  // With x = 2|lambda|/sigma_W^2 and h = sqrt((1 - x s^2)^2 + (x m^2)^2), free of the
  // cancellation of sqrt(1 + y) at B = 0:  t_S = log(x m^2 + h) / (sigma_W^2 x).
  const double x = -2.0 * rate / noise_variance;
  const double h = std::hypot(1.0 - x * variance, x * mean_square);
  // z = (x m^2 + h - 1)/x, whose sign is that of kappa(0) - 1.
  const double excess = mean_square - variance * (1.0 - 0.5 * x * variance);
  if (!(excess > 0.0)) return result;
  const double remainder = 1.0 - x * mean_square;
  const double z = remainder >= 0.0 ? 2.0 * excess / (h + remainder) : (h - remainder) / x;
  const double u = x * z;
  // log1p(u)/u -> 1 - u/2: the division is only unsafe where the quotient is 1.
  const double slope = u < 1e-16 ? 1.0 : std::log1p(u) / u;
  result.status = SpeciationStatus::speciates;
  result.time = z * slope / noise_variance;
  result.crossings = 1;
  return result;
}

Speciation mixture_speciation(std::span<const double> rates, double noise_variance, double variance,
                              std::span<const double> mean_squares) {
  SYNCGAP_EXPECTS(!rates.empty() && rates.size() == mean_squares.size());
  Speciation result;
  double total = 0.0;
  for (double mean_square : mean_squares) total += mean_square;

  // At the latest time at which a mode with all the signal speciates every term is at most its
  // share, so kappa <= 1; at the earliest every term is at least its share.
  double low = std::numeric_limits<double>::infinity(), high = 0.0;
  int carriers = 0;
  for (std::size_t k = 0; k < rates.size(); ++k) {
    const Speciation alone = mode_speciation(rates[k], noise_variance, variance, total);
    if (alone.status == SpeciationStatus::unstable) return alone;
    if (mean_squares[k] == 0.0) continue;
    ++carriers;
    const bool exists = alone.status == SpeciationStatus::speciates;
    low = std::min(low, exists ? alone.time : 0.0);
    high = std::max(high, exists ? alone.time : 0.0);
  }
  auto excess = [&](double t) {
    double kappa = 0.0;
    for (std::size_t k = 0; k < rates.size(); ++k)
      kappa += mode_kappa(rates[k], noise_variance, variance, mean_squares[k], t);
    return kappa - 1.0;
  };
  result.peak = excess(0.0) + 1.0;
  if (carriers == 0 || !(high > 0.0) || (carriers > 1 && !(result.peak > 1.0))) return result;

  result.status = SpeciationStatus::speciates;
  result.crossings = 1;
  const double at_low = excess(low), at_high = excess(high);
  if (carriers == 1 || low == high || !(at_low > 0.0)) {
    result.time = low;
  } else if (!(at_high < 0.0)) {
    result.time = high;
  } else {
    result.time = find_root("speciation time", excess, {low, high, at_low, at_high});
  }
  return result;
}

}  // namespace syncgap::theory
