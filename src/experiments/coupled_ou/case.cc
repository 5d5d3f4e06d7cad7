#include "experiments/coupled_ou/case.h"

#include <cmath>

#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "theory/energy_levels.h"

namespace syncgap::experiments {

SpeciationCells::SpeciationCells(Results& results)
    : time_(results.cells("speciation_time")),
      status_(results.cells("speciation_status")),
      lower_time_(results.cells("lower_speciation_time")),
      crossing_count_(results.cells("crossing_count")),
      peak_(results.cells("kappa_peak")) {}

void SpeciationCells::set(const theory::Speciation& speciation, std::int64_t at) {
  time_.set_or_none(speciation.time, at);
  status_.set(static_cast<double>(speciation.status), at);
  lower_time_.set_or_none(speciation.lower_time, at);
  if (speciation.status == theory::SpeciationStatus::unstable)
    crossing_count_.none(at);
  else
    crossing_count_.set(speciation.crossings, at);
  peak_.set_or_none(speciation.peak, at);
}

void store_large_deviations(const Grid& grid, Results& results,
                            const std::function<std::vector<double>(double t)>& memory_ratios) {
  const auto& times = axis_values<double>(grid, "time");
  const auto& temperatures = axis_values<double>(grid, "inverse_temperature");
  const auto& energies = axis_values<double>(grid, "energy");
  results.none({"cumulant", "energy_rate"});
  auto cumulants = results.cells("cumulant"), rates = results.cells("energy_rate");
  for (std::size_t i = 0; i < times.size(); ++i) {
    const std::vector<double> ratios = memory_ratios(times[i]);
    if (ratios.empty()) continue;
    const theory::EnergyLevels levels(ratios);
    for (std::size_t j = 0; j < temperatures.size(); ++j)
      if (temperatures[j] > levels.lowest_inverse_temperature())
        cumulants.set(levels.cumulant(temperatures[j]), j, i);
    for (std::size_t j = 0; j < energies.size(); ++j)
      if (const double rate = levels.rate(energies[j]); std::isfinite(rate)) rates.set(rate, j, i);
  }
}

}  // namespace syncgap::experiments
