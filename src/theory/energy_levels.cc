#include "theory/energy_levels.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <boost/math/tools/toms748_solve.hpp>

#include "core/check.h"
#include "core/numbers.h"

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

double EnergyLevels::conjugate_inverse_temperature(double energy) const {
  SYNCGAP_EXPECTS(energy > 0.0);
  // -Lambda' falls from +infinity at the lowest inverse temperature to 0; measured from there the
  // root is positive, and is found on a logarithmic scale.
  const double lowest = lowest_inverse_temperature();
  auto excess = [&](double log_distance) {
    return std::log(-cumulant_slope(lowest + std::exp(log_distance))) - std::log(energy);
  };
  double low = 0.0, at_low = excess(low), high = low, at_high = at_low;
  while (at_low < 0.0) low -= 1.0, at_low = excess(low);
  while (at_high > 0.0) high += 1.0, at_high = excess(high);
  if (at_low == 0.0) return lowest + std::exp(low);
  if (at_high == 0.0) return lowest + std::exp(high);
  std::uintmax_t iterations = 200;
  const auto bracket = boost::math::tools::toms748_solve(
      excess, low, high, at_low, at_high, boost::math::tools::eps_tolerance<double>(), iterations);
  return lowest + std::exp(0.5 * (bracket.first + bracket.second));
}

double EnergyLevels::rate(double energy) const {
  if (!(energy > 0.0)) return std::numeric_limits<double>::infinity();
  const double inverse_temperature = conjugate_inverse_temperature(energy);
  return -energy * inverse_temperature - cumulant(inverse_temperature);
}

}  // namespace syncgap::theory
