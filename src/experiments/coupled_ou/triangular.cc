#include <cmath>
#include <numbers>

#include "core/check.h"
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
  explicit TriangularCase(const CoupledOuOptions& options) : options_(options) {}

  std::vector<Axis> axes() const override {
    std::vector<double> strengths, angles;
    for (int i = 0; i <= 100; ++i) strengths.push_back(0.02 * i);
    for (int i = 0; i <= 32; ++i) angles.push_back(std::numbers::pi * i / 32.0);
    auto axes = coupled_ou_axes(options_, std::move(strengths));
    axes.push_back({.name = "theta",
                    .role = AxisRole::captured,
                    .values = std::move(angles),
                    .doc = "angle between the class means of X and Y",
                    .unit = "rad"});
    return axes;
  }

  std::vector<Observable> observables() const override {
    std::vector<Observable> list;
    if (options_.computes("speciation")) {
      declare_speciation(list, "theta", "multimodal (28), (30); corrections E0.11, E0.15");
      list.push_back({"kappa_initial",
                      {"theta"},
                      "kappa at t = 0",
                      "1",
                      "multimodal (85)",
                      NanPolicy::allowed});
      list.push_back({"restoring_rate",
                      {},
                      "smallest real part of the eigenvalues of M + sigma_W^2 C^-1 over t; the "
                      "reverse drift confines where it is positive",
                      "1/time",
                      "multimodal (59)"});
    }
    if (options_.computes("critical_coupling")) {
      list.push_back({"critical_coupling",
                      {"theta"},
                      "g_crit: constant coupling at which the largest kappa falls to 1",
                      "1/time",
                      "multimodal (83), corrections E0.12",
                      NanPolicy::allowed});
      list.push_back({"critical_coupling_line",
                      {"theta"},
                      "constant coupling at which kappa(0) = 1",
                      "1/time",
                      "multimodal (85)",
                      NanPolicy::allowed});
    }
    if (options_.computes("collapse")) {
      list.push_back({"collapse_time",
                      {},
                      "collapse time of X and Y together",
                      "time",
                      "multimodal (86), corrections E0.8"});
      list.push_back({"conditional_collapse_time",
                      {},
                      "collapse time of Y given X",
                      "time",
                      "multimodal (87), corrections E0.9"});
    }
    if (options_.computes("curves"))
      list.push_back({"kappa",
                      {"theta", "time"},
                      "speciation parameter kappa(t)",
                      "1",
                      "multimodal (28), (132)-(137)",
                      NanPolicy::allowed});
    if (options_.computes("large_deviations")) declare_large_deviations(list);
    return list;
  }

  void prepare(const Grid& grid) override {
    cosines_.clear();
    critical_.clear();
    lines_.clear();
    for (double theta : axis_values<double>(grid, "theta")) {
      require_input(theta >= 0.0 && theta <= std::numbers::pi * (1.0 + 1e-12),
                    "axis 'theta' must lie between 0 and pi (axes.theta, saw ", theta,
                    "): give radians, or multiples of pi with unit = \"pi\"");
      cosines_.push_back(std::cos(theta));
    }
    if (!options_.computes("critical_coupling")) return;
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
    const double steps = unit.label("schedule") == "constant" ? 1.0 : 5.0;
    return steps * (3e-5 + 2e-6 * static_cast<double>(cosines_.size()));
  }

  void run(const Unit& unit, Results& results) const override {
    const theory::CoupledProcess process{options_.beta, options_.noise_variance,
                                         theory::CouplingKind::triangular};
    const auto schedule = options_.schedule(unit.label("schedule"), unit.real("g"));
    const theory::DataLaw data = options_.data_law();

    if (options_.computes("speciation"))
      run_speciation(theory::AngleKappa(process, schedule, data), results);
    if (options_.computes("critical_coupling") && schedule.is_constant()) {
      std::copy(critical_.begin(), critical_.end(), results["critical_coupling"].begin());
      std::copy(lines_.begin(), lines_.end(), results["critical_coupling_line"].begin());
    }
    const theory::CoupledMoments moments(process, schedule);
    if (options_.computes("collapse")) {
      const double log_ratio = 4.0 * options_.alpha;
      results["collapse_time"][0] = theory::joint_collapse_time(moments, data, log_ratio);
      results["conditional_collapse_time"][0] = theory::conditional_collapse_time(
          moments, data, 0.5 * log_ratio * options_.conditional_alpha_ratio);
    }
    if (options_.computes("curves"))
      run_curves(unit.grid(), theory::AngleKappa(process, schedule, data), results);
    if (options_.computes("large_deviations"))
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
    const auto initials = results["kappa_initial"];
    for (std::size_t i = 0; i < cosines_.size(); ++i) {
      store_speciation(results, i, scan.speciation(cosines_[i]));
      initials[i] = initial.at(cosines_[i]);
    }
    results["restoring_rate"][0] = scan.smallest_restoring_rate();
  }

  void run_curves(const Grid& grid, const theory::AngleKappa& kappa, Results& results) const {
    const auto& times = axis_values<double>(grid, "time");
    const auto values = results["kappa"];
    for (std::size_t i = 0; i < times.size(); ++i) {
      const auto line = kappa.line(times[i], kappa.schedule().piece_index(times[i]));
      for (std::size_t j = 0; j < cosines_.size(); ++j)
        values[j * times.size() + i] = line.at(cosines_[j]);
    }
  }

  const CoupledOuOptions& options_;
  std::vector<double> cosines_, critical_, lines_;
};

}  // namespace

std::unique_ptr<CoupledOuCase> make_triangular_case(const CoupledOuOptions& options) {
  return std::make_unique<TriangularCase>(options);
}

}  // namespace syncgap::experiments
