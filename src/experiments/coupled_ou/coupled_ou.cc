#include "experiments/coupled_ou/coupled_ou.h"

#include <cmath>
#include <limits>
#include <utility>

#include "experiments/coupled_ou/case.h"
#include "experiments/coupled_ou/options.h"
#include "experiments/shared/axis_values.h"
#include "theory/energy_levels.h"

namespace syncgap::experiments {
namespace {

class CoupledOu : public Experiment {
 public:
  CoupledOu()
      : table_(options_.table()),
        symmetric_(make_symmetric_case(options_)),
        triangular_(make_triangular_case(options_)) {}

  std::string name() const override { return "coupled_ou"; }
  std::string summary() const override {
    return "speciation and collapse times of coupled Ornstein-Uhlenbeck processes in closed form "
           "(multimodal, sections 2-4)";
  }
  OptionTable& options() override { return table_; }
  std::vector<Axis> axes() const override { return chosen().axes(); }
  std::vector<Observable> observables() const override { return chosen().observables(); }
  void prepare(const Grid& grid) override {
    check_coupled_ou(options_, grid);
    chosen().prepare(grid);
  }
  double cost(const Unit& unit) const override { return chosen().cost(unit); }
  void run(const Unit& unit, Results& results, const RunContext&) const override {
    chosen().run(unit, results);
  }

 private:
  CoupledOuCase& chosen() const {
    return options_.relaxation == "symmetric" ? *symmetric_ : *triangular_;
  }

  CoupledOuOptions options_;
  OptionTable table_;
  std::unique_ptr<CoupledOuCase> symmetric_, triangular_;
};

}  // namespace

std::unique_ptr<Experiment> make_coupled_ou() { return std::make_unique<CoupledOu>(); }

void declare_speciation(std::vector<Observable>& list, const std::string& axis,
                        const std::string& source) {
  list.push_back({"speciation_time",
                  {axis},
                  "speciation time t_S, the largest root of kappa = 1",
                  "time",
                  source,
                  NanPolicy::allowed});
  list.push_back({"speciation_status",
                  {axis},
                  "0 speciates, 1 no speciation (kappa <= 1 for all t), 2 unstable (reverse "
                  "potential not confining), 3 speciates at a switch of g(t), 4 unstable forward "
                  "process",
                  "1",
                  "multimodal (59), (60), (83)"});
  list.push_back({"lower_speciation_time",
                  {axis},
                  "smaller root of kappa = 1, below which kappa < 1 again",
                  "time",
                  "multimodal (30), corrections E0.15",
                  NanPolicy::allowed});
  list.push_back({"crossing_count",
                  {axis},
                  "number of times kappa crosses 1",
                  "1",
                  "multimodal (30)",
                  NanPolicy::allowed});
  list.push_back({"kappa_peak",
                  {axis},
                  "largest kappa over all t",
                  "1",
                  "multimodal (83)",
                  NanPolicy::allowed});
}

void store_speciation(Results& results, std::size_t i, const theory::Speciation& speciation) {
  const bool unstable = speciation.status == theory::SpeciationStatus::unstable;
  results["speciation_time"][i] = speciation.time;
  results["speciation_status"][i] = static_cast<double>(speciation.status);
  results["lower_speciation_time"][i] = speciation.lower_time;
  results["crossing_count"][i] = unstable ? std::nan("") : speciation.crossings;
  results["kappa_peak"][i] = speciation.peak;
}

void declare_large_deviations(std::vector<Observable>& list) {
  list.push_back({"cumulant",
                  {"inverse_temperature", "time"},
                  "scaled cumulant generating function of the energies",
                  "1",
                  "multimodal (34), (68)",
                  NanPolicy::allowed});
  list.push_back({"energy_rate",
                  {"energy", "time"},
                  "rate function of the energies, Legendre transform of the cumulant generating "
                  "function",
                  "1",
                  "multimodal (35)",
                  NanPolicy::allowed});
}

void store_large_deviations(const Grid& grid, Results& results,
                            const std::function<std::vector<double>(double t)>& memory_ratios) {
  const auto& times = axis_values<double>(grid, "time");
  const auto& temperatures = axis_values<double>(grid, "inverse_temperature");
  const auto& energies = axis_values<double>(grid, "energy");
  const auto cumulants = results["cumulant"], rates = results["energy_rate"];
  for (std::size_t i = 0; i < times.size(); ++i) {
    const std::vector<double> ratios = memory_ratios(times[i]);
    if (ratios.empty()) continue;
    const theory::EnergyLevels levels(ratios);
    for (std::size_t j = 0; j < temperatures.size(); ++j)
      if (temperatures[j] > levels.lowest_inverse_temperature())
        cumulants[j * times.size() + i] = levels.cumulant(temperatures[j]);
    for (std::size_t j = 0; j < energies.size(); ++j)
      rates[j * times.size() + i] = levels.rate(energies[j]);
  }
}

}  // namespace syncgap::experiments
