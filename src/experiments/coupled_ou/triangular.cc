#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/coupled_ou/case.h"
#include "experiments/shared/axis_values.h"
#include "theory/collapse.h"
#include "theory/coupled_process.h"
#include "theory/critical_coupling.h"
#include "theory/kappa.h"
#include "theory/speciation_scan.h"

namespace syncgap::experiments {
namespace {

/// X drives Y, multimodal section 4. One unit is one g: kappa is linear in cos(theta), so all
/// angles share its table.
class TriangularCase : public CoupledOuCase {
 public:
  TriangularCase(const CoupledOuOptions& options, const Grid& grid) : options_(options) {
    for (double theta : axis_values<double>(grid, "theta")) {
      require_input(theta >= 0.0 && theta <= std::numbers::pi * (1.0 + 1e-12),
                    "axis 'theta' must lie between 0 and pi (axes.theta, saw ", theta,
                    "): give radians, or multiples of pi with unit = \"pi\"");
      cosines_.push_back(std::cos(theta));
    }
    if (!options_.computes(Quantity::critical_coupling)) return;
    const theory::DataLaw data = options_.data_law();
    const bool confining =
        options_.beta * std::max(data.variance_x, data.variance_y) < options_.noise_variance;
    for (double theta : axis_values<double>(grid, "theta")) {
      const double none = std::nan("");
      const auto exact = [&] {
        return theory::critical_coupling(options_.beta, options_.noise_variance, data, theta);
      };
      const auto line = [&] {
        return theory::critical_coupling_line(options_.beta, options_.noise_variance, data, theta);
      };
      critical_.push_back(confining ? exact().value_or(none) : none);
      lines_.push_back(confining ? line().value_or(none) : none);
    }
  }

  double cost(const Unit& unit) const override {
    const double steps =
        unit.choice("schedule", kCouplingShapes) == CouplingShape::constant ? 1.0 : 5.0;
    return steps * (3e-5 + 2e-6 * to_real(cosines_.size()));
  }

  void run(const Unit& unit, Results& results, const RunContext&) const override {
    const theory::CoupledProcess process{options_.beta, options_.noise_variance,
                                         theory::CouplingKind::triangular};
    const auto schedule =
        options_.schedule(unit.choice("schedule", kCouplingShapes), unit.real("g"));
    const theory::DataLaw data = options_.data_law();

    if (options_.computes(Quantity::speciation))
      run_speciation(theory::AngleKappa(process, schedule, data), results);
    if (options_.computes(Quantity::critical_coupling)) {
      results.none({"critical_coupling", "critical_coupling_line"});  // defined at constant g
      if (schedule.is_constant()) {
        results.cells("critical_coupling").assign_or_none(critical_);
        results.cells("critical_coupling_line").assign_or_none(lines_);
      }
    }
    const theory::CoupledMoments moments(process, schedule);
    if (options_.computes(Quantity::collapse)) {
      const double log_ratio = 4.0 * options_.alpha;
      results.cells("collapse_time")
          .set_or_none(theory::joint_collapse_time(moments, data, log_ratio));
      results.cells("conditional_collapse_time")
          .set_or_none(theory::conditional_collapse_time(
              moments, data, 0.5 * log_ratio * options_.conditional_alpha_ratio));
    }
    if (options_.computes(Quantity::curves))
      run_curves(unit.grid(), theory::AngleKappa(process, schedule, data), results);
    if (options_.computes(Quantity::large_deviations))
      store_large_deviations(unit.grid(), results, [&](double t) {
        if (t == 0.0) return std::vector<double>{};
        const auto ratios = theory::memory_ratios(moments.at(t), data);
        return std::vector<double>(ratios.begin(), ratios.end());
      });
  }

 private:
  void run_speciation(const theory::AngleKappa& kappa, Results& results) const {
    const theory::SpeciationScan scan(kappa);
    const theory::KappaLine initial = kappa.line(0.0, 0);
    SpeciationCells speciation(results);
    auto initials = results.cells("kappa_initial");
    for (std::size_t i = 0; i < cosines_.size(); ++i) {
      speciation.set(scan.speciation(cosines_[i]), i);
      initials.set_or_none(initial.at(cosines_[i]), i);
    }
    results.cells("restoring_rate").set_or_none(scan.smallest_restoring_rate());
  }

  void run_curves(const Grid& grid, const theory::AngleKappa& kappa, Results& results) const {
    const auto& times = axis_values<double>(grid, "time");
    auto values = results.cells("kappa");
    for (std::size_t i = 0; i < times.size(); ++i) {
      const auto line = kappa.line(times[i], kappa.schedule().piece_index(times[i]));
      for (std::size_t j = 0; j < cosines_.size(); ++j)
        values.set_or_none(line.at(cosines_[j]), j, i);
    }
  }

  CoupledOuOptions options_;
  std::vector<double> cosines_, critical_, lines_;
};

}  // namespace

std::unique_ptr<const CoupledOuCase> make_triangular_case(const CoupledOuOptions& options,
                                                          const Grid& grid) {
  return std::make_unique<const TriangularCase>(options, grid);
}

}  // namespace syncgap::experiments
