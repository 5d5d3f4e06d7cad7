#include "theory/random_energy.h"

#include <cstdint>

#include <boost/math/tools/toms748_solve.hpp>

#include "core/check.h"

namespace syncgap::theory {
namespace {

/// l Lambda'(l) - Lambda(l): the load at which the model condenses at inverse temperature l;
/// increases from 0.
double load_at(const EnergyLevels& levels, double inverse_temperature) {
  return inverse_temperature * levels.cumulant_slope(inverse_temperature) -
         levels.cumulant(inverse_temperature);
}

}  // namespace

double condensation_load(const EnergyLevels& levels) { return load_at(levels, 1.0); }

double free_energy(const EnergyLevels& levels, double load) {
  SYNCGAP_EXPECTS(load >= 0.0);
  const double critical = condensation_load(levels);
  if (load >= critical) return load + levels.cumulant(1.0);
  if (load == 0.0) return levels.cumulant_slope(0.0);
  std::uintmax_t iterations = 200;
  const auto bracket = boost::math::tools::toms748_solve(
      [&](double l) { return load_at(levels, l) - load; }, 0.0, 1.0, -load, critical - load,
      boost::math::tools::eps_tolerance<double>(), iterations);
  return levels.cumulant_slope(0.5 * (bracket.first + bracket.second));
}

}  // namespace syncgap::theory
