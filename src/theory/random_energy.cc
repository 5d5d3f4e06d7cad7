#include "theory/random_energy.h"

#include "core/check.h"
#include "core/root.h"

namespace syncgap::theory {

double condensation_load(const EnergyLevels& levels) { return levels.load(1.0); }

double free_energy(const EnergyLevels& levels, double load) {
  SYNCGAP_EXPECTS(load >= 0.0);
  const double critical = condensation_load(levels);
  if (load >= critical) return load + levels.cumulant(1.0);
  if (load == 0.0) return levels.cumulant_slope(0.0);
  const double frozen =
      find_root("inverse temperature", [&](double l) { return levels.load(l) - load; },
                {0.0, 1.0, -load, critical - load});
  return levels.cumulant_slope(frozen);
}

}  // namespace syncgap::theory
