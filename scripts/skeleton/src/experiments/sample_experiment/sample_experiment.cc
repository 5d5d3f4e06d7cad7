#include "experiments/sample_experiment/sample_experiment.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "experiments/sample_experiment/declaration.h"
#include "experiments/shared/axis_values.h"
#include "observables/estimate.h"

namespace syncgap::experiments {
namespace {

/// E x^p = sigma^p (p - 1)!! of a normal x with variance sigma^2, for even p.
double exact_moment(double sigma, std::int64_t power) {
  double product = std::pow(sigma, to_real(power));
  for (std::int64_t odd = power - 1; odd > 1; odd -= 2) product *= to_real(odd);
  return product;
}

/// What all units share. Const: any units may be run, in any order.
class SampleExperiment : public Prepared {
 public:
  SampleExperiment(const SampleExperimentOptions& options, const Grid& grid);

  /// About 30 ns for each normal and power.
  double cost(const Unit&) const {
    return 3e-8 * to_real(options_.trials) * to_real(powers_.size());
  }
  double memory() const { return 0; }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  SampleExperimentOptions options_;
  std::vector<std::int64_t> powers_;
};

SampleExperiment::SampleExperiment(const SampleExperimentOptions& options, const Grid& grid)
    : options_(options), powers_(axis_values<std::int64_t>(grid, "power")) {
  for (const std::int64_t power : powers_)
    require_input(power >= 2 && power % 2 == 0, "axis 'power' holds ", power,
                  ": give even powers, 2 or more");
  for (const double sigma : axis_values<double>(grid, "sigma"))
    require_input(sigma > 0, "axis 'sigma' holds ", sigma, ": give values above 0");
}

void SampleExperiment::run(const Unit& unit, Results& results, const RunContext& context) const {
  const double sigma = unit.real("sigma");
  // Keyed by the seed alone: curves over sigma share their numbers.
  const RandomStream normals(context.sweep_seed, "sample_experiment normals",
                             {unit.integer("seed")});
  std::vector<observables::MeanAccumulator> moments(powers_.size());
  for (std::int64_t trial = 0; trial < options_.trials; ++trial) {
    const double x = sigma * normals.normal<double>(trial, 0, 0);
    for (std::size_t i = 0; i < powers_.size(); ++i)
      moments[i].add(std::pow(x, to_real(powers_[i])));
  }
  for (std::size_t i = 0; i < powers_.size(); ++i) {
    results.cells("moment").set(moments[i].estimate(), i);
    results.cells("moment_exact").set(exact_moment(sigma, powers_[i]), i);
  }
}

}  // namespace

std::unique_ptr<Experiment> make_sample_experiment() {
  return declare<SampleExperimentOptions>({
      .name = "sample_experiment",
      .summary = "moments of a normal number beside their closed form",
      .axes = sample_experiment_axes,
      .observables = sample_experiment_observables,
      .plan = plan_as<SampleExperiment, SampleExperimentOptions>,
      .prepare = prepare_as<SampleExperiment, SampleExperimentOptions>,
  });
}

}  // namespace syncgap::experiments
