#include "theory/energy_levels.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/special_functions/log1p.hpp>

#include "core/check.h"
#include "core/numbers.h"
#include "core/root.h"

namespace syncgap::theory {

EnergyLevels::EnergyLevels(std::span<const double> memory_ratios, double displacement)
    : ratios_(memory_ratios.begin(), memory_ratios.end()), spread_(1.0 + displacement) {
  SYNCGAP_EXPECTS(!ratios_.empty() && displacement >= 0.0);
  largest_ratio_ = *std::max_element(ratios_.begin(), ratios_.end());
}

double EnergyLevels::lowest_inverse_temperature() const { return -1.0 / largest_ratio_; }

double EnergyLevels::cumulant(double inverse_temperature) const {
  SYNCGAP_EXPECTS(inverse_temperature > lowest_inverse_temperature());
  double sum = 0.0;
  for (double chi : ratios_) {
    const double x = inverse_temperature * chi;
    sum -= std::log1p(x) + inverse_temperature * (1.0 + chi) * spread_ / (1.0 + x);
  }
  return sum / (2.0 * to_real(ratios_.size()));
}

double EnergyLevels::cumulant_slope(double inverse_temperature) const {
  double sum = 0.0;
  for (double chi : ratios_) {
    const double x = 1.0 + inverse_temperature * chi;
    sum -= chi / x + (1.0 + chi) * spread_ / (x * x);
  }
  return sum / (2.0 * to_real(ratios_.size()));
}

double EnergyLevels::load_of_mode(double chi, double inverse_temperature, double x,
                                  double y) const {
  // Lambda' and Lambda share their leading terms; what is left are two positive ones.
  return inverse_temperature * (1.0 + chi) * spread_ * (x / y) / y - boost::math::log1pmx(-x / y);
}

double EnergyLevels::load(double inverse_temperature) const {
  double sum = 0.0;
  for (double chi : ratios_) {
    const double x = inverse_temperature * chi;
    sum += load_of_mode(chi, inverse_temperature, x, 1.0 + x);
  }
  return sum / (2.0 * to_real(ratios_.size()));
}

double EnergyLevels::mean_excess(double energy) const {
  double sum = 0.0;
  for (double chi : ratios_) sum += chi;
  return (0.5 * spread_ - energy) + 0.5 * (1.0 + spread_) * sum / to_real(ratios_.size());
}

double EnergyLevels::saddle(double energy) const {
  // -Lambda' must fall by this from the mean energy. It falls by f(w), which has the sign of w and
  // no cancellation however small chi is.
  const double excess = mean_excess(energy);
  if (excess == 0.0) return 0.0;
  if (largest_ratio_ == 0.0) return std::copysign(std::numeric_limits<double>::infinity(), excess);
  auto missing = [&](double w) {
    double sum = 0.0;
    for (double chi : ratios_) {
      const auto [x, y] = at_saddle(chi, w);
      sum += x / y * (chi + (1.0 + chi) * spread_ * ((2.0 + x) / y));
    }
    return sum / (2.0 * to_real(ratios_.size())) - excess;
  };
  double slope = 0.0;  // of f at 0
  for (double chi : ratios_) slope += chi / largest_ratio_ * (chi + 2.0 * (1.0 + chi) * spread_);
  slope /= 2.0 * to_real(ratios_.size());
  const double guess = std::log1p(std::max(excess / slope, -0.5));
  const double sign = std::copysign(1.0, excess);
  double near = guess, far = guess, at_near = missing(near), at_far = at_near;
  while (sign * at_near > 0.0) near *= 0.5, at_near = missing(near);
  while (sign * at_far < 0.0) far *= 2.0, at_far = missing(far);
  return find_root(
      "inverse temperature", missing,
      excess > 0.0 ? Bracket{near, far, at_near, at_far} : Bracket{far, near, at_far, at_near});
}

EnergyLevels::Term EnergyLevels::at_saddle(double chi, double w) const {
  const double share = chi / largest_ratio_;
  return {share * std::expm1(w), (1.0 - share) + share * std::exp(w)};
}

double EnergyLevels::conjugate_inverse_temperature(double energy) const {
  SYNCGAP_EXPECTS(energy > 0.0);
  const double w = saddle(energy);
  return std::isfinite(w) ? std::expm1(w) / largest_ratio_ : w;
}

double EnergyLevels::rate(double energy) const {
  if (!(energy > 0.0)) return std::numeric_limits<double>::infinity();
  const double w = saddle(energy);
  if (!std::isfinite(w)) return std::numeric_limits<double>::infinity();
  if (w == 0.0) return 0.0;
  // At the supremum -u beta - Lambda is the load.
  const double inverse_temperature = std::expm1(w) / largest_ratio_;
  double sum = 0.0;
  for (double chi : ratios_) {
    const auto [x, y] = at_saddle(chi, w);
    sum += load_of_mode(chi, inverse_temperature, x, y);
  }
  return sum / (2.0 * to_real(ratios_.size()));
}

}  // namespace syncgap::theory
