#include "experiments/mixture_collapse/mixture_collapse.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/memo.h"
#include "core/numbers.h"
#include "core/random.h"
#include "experiments/mixture_collapse/declaration.h"
#include "experiments/mixture_collapse/sampling.h"
#include "experiments/shared/axis_values.h"
#include "observables/crossing.h"
#include "observables/estimate.h"
#include "observables/jackknife.h"
#include "theory/cluster_collapse.h"
#include "theory/cluster_speciation.h"
#include "theory/finite_collapse.h"

namespace syncgap::experiments {
namespace {

/// More points than this are not drawn.
constexpr double kMostPoints = 1e8;

/// Exact averages at finite n and d over the times of a case.
struct FiniteCurve {
  std::vector<double> excess_entropy, true_weight;
};

class MixtureCollapse : public Prepared {
 public:
  MixtureCollapse(const MixtureCollapseOptions& options, const Grid& grid);

  double cost(const Unit& unit) const;
  double memory() const { return 0; }  // some kilobytes
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  CollapseCase make_case(const Unit& unit) const;
  void check(const Unit& unit) const;
  bool has_quadrature(const CollapseCase& c) const {
    return options_.quadrature && c.clusters.dimension >= 4.0 && c.log_points <= 600.0;
  }
  void write_measured(const CollapseCase& c, const CollapseTally& tally, Results& results) const;
  void write_limits(const CollapseCase& c, Results& results) const;
  void write_finite(const CollapseCase& c, Results& results) const;

  MixtureCollapseOptions options_;
  std::vector<double> times_, curve_times_;
  /// Seeds and methods of one (n, d) share it.
  Memo<std::pair<double, double>, FiniteCurve> finite_curves_;
};

MixtureCollapse::MixtureCollapse(const MixtureCollapseOptions& options, const Grid& grid)
    : options_(options),
      times_(axis_values<double>(grid, "time")),
      curve_times_(axis_values<double>(grid, "curve_time")) {
  require_increasing(grid, "time", 2);
  for (const auto* times : {&times_, &curve_times_})
    for (const double t : *times)
      require_input(t > 0.0, "a time is ", t, " (axes.", times == &times_ ? "time" : "curve_time",
                    "): there is no noise at t = 0; give times above 0");
  for (std::uint64_t i = 0; i < grid.unit_count(); ++i) check(Unit(grid, i));
}

/// Refuses a case that has no meaning or cannot be drawn, and notes what it needs.
void MixtureCollapse::check(const Unit& unit) const {
  const std::int64_t d = unit.integer("dimension");
  require_input(d >= 1, "axis 'dimension' holds ", d, ": a dimension is at least 1");
  if (options_.size == DataSetSize::points) {
    const std::int64_t n = unit.integer("points");
    require_input(n >= 2, "axis 'points' holds ", n, ": a data set has at least 2 points");
  } else {
    const double alpha = unit.real("alpha");
    require_input(alpha > 0.0, "axis 'alpha' holds ", alpha,
                  ": log n / d of at least two points is above 0");
  }
  const CollapseCase c = make_case(unit);
  if (c.method == CollapseMethod::none) return;
  require_input(c.log_points <= std::log(kMostPoints) && c.points() >= 2,
                "cannot draw data sets of e^", c.log_points, " points (", unit.describe(),
                "): give between 2 and 1e8, or method 'none' for closed forms alone");
  require_input(c.method != CollapseMethod::reduced || d >= 4, "method 'reduced' needs d >= 4 (",
                unit.describe(), "): use method 'full'");
}

double MixtureCollapse::cost(const Unit& unit) const {
  const CollapseCase c = make_case(unit);
  const auto times = to_real(c.times.size());
  const double quadrature = has_quadrature(c) ? 0.03 * times : 0.0;
  if (c.method == CollapseMethod::none) return quadrature + 1e-4;
  const auto n = to_real(c.points()), d = c.clusters.dimension;
  const auto sets = to_real(options_.data_sets);
  const double evaluations = sets * to_real(options_.evaluations);
  // Measured on one core: 15 ns to draw an energy, 1.5 ns to sum it at one time; 2 ns to draw a
  // coordinate, 50 (100 in single precision) billion operations a second in matrix products.
  if (c.method == CollapseMethod::reduced)
    return quadrature + evaluations * n * (15e-9 + 1.5e-9 * times);
  const double product = 2.0 * d / (c.method == CollapseMethod::full ? 5e10 : 1e11);
  return quadrature + sets * n * d * 2e-9 + evaluations * n * times * (product + 1.5e-9);
}

CollapseCase MixtureCollapse::make_case(const Unit& unit) const {
  CollapseCase c;
  c.clusters = {to_real(unit.integer("dimension")), options_.mean_amplitude,
                options_.standard_deviation};
  c.method = unit.choice("method", kCollapseMethods);
  c.log_points = options_.size == DataSetSize::points ? std::log(to_real(unit.integer("points")))
                                                      : unit.real("alpha") * c.clusters.dimension;
  // What is drawn is a whole number of points; the predictions are for that number.
  if (c.method != CollapseMethod::none && c.log_points <= std::log(kMostPoints))
    c.log_points = std::log(std::round(std::exp(c.log_points)));
  c.load = c.log_points / c.clusters.dimension;
  c.collapse_time = c.load > 0.0 ? theory::collapse_time(c.clusters, c.load)
                                 : std::numeric_limits<double>::infinity();
  c.times = times_;
  c.curve_times = curve_times_;
  if (options_.clock == CollapseClock::collapse)
    for (auto* times : {&c.times, &c.curve_times})
      for (double& t : *times) t *= c.collapse_time;
  return c;
}

void MixtureCollapse::run(const Unit& unit, Results& results, const RunContext& context) const {
  const CollapseCase c = make_case(unit);
  const std::int64_t seed = unit.integer("seed");
  // Without quadrature or sampling there are no such averages.
  results.none({"excess_entropy_finite", "true_weight_finite", "weight_time_finite",
                "excess_entropy", "excess_entropy_printed", "true_weight", "weight_time"});
  write_limits(c, results);
  if (has_quadrature(c)) write_finite(c, results);
  if (c.method == CollapseMethod::none) return;
  const CollapseEffort effort{std::size_t(options_.data_sets), std::size_t(options_.evaluations)};
  if (c.method == CollapseMethod::reduced) {
    write_measured(
        c, draw_reduced(c, effort, RandomStream(context.sweep_seed, "collapse energies", {seed})),
        results);
    return;
  }
  const sde::ClusterPoints points(c.clusters, c.points(),
                                  RandomStream(context.sweep_seed, "collapse points", {seed}),
                                  RandomStream(context.sweep_seed, "collapse noise", {seed}));
  write_measured(c, draw_full(c, effort, points), results);
}

void MixtureCollapse::write_measured(const CollapseCase& c, const CollapseTally& tally,
                                     Results& results) const {
  const double draws = to_real(tally.weights.blocks() * tally.evaluations);
  for (std::size_t i = 0; i < c.times.size(); ++i) {
    const Estimate weight = tally.weight[i].share_estimate(draws);
    // Long before collapse ends, what entropy is left comes from the rare draws in which another
    // point weighs something; with it goes about log n.
    Estimate excess = tally.excess[i].estimate();
    if (weight.standard_error > tally.weight[i].estimate().standard_error)
      excess.standard_error = std::max(excess.standard_error, c.load * weight.standard_error);
    results.cells("excess_entropy").set(excess, i);
    results.cells("excess_entropy_printed").set(tally.printed[i].estimate(), i);
    results.cells("true_weight").set(weight, i);
  }
  results.cells("weight_time")
      .set_or_none(observables::jackknife(tally.weights, [&](std::span<const double> means) {
        return observables::last_crossing({times_, means}, options_.weight_level);
      }));
}

void MixtureCollapse::write_limits(const CollapseCase& c, Results& results) const {
  results.cells("diffusion_time").assign(c.times);
  for (std::size_t i = 0; i < c.curve_times.size(); ++i) {
    const double t = c.curve_times[i], d = c.clusters.dimension;
    const double population = theory::population_excess_entropy(c.clusters, t, c.load);
    results.cells("curve_diffusion_time").set(t, i);
    results.cells("excess_entropy_limit")
        .set(theory::empirical_excess_entropy(c.clusters, t, c.load), i);
    results.cells("population_excess_entropy").set(population, i);
    results.cells("population_excess_entropy_finite")
        .set(population - theory::class_information(c.clusters, t) / d, i);
    results.cells("own_free_energy").set(theory::own_free_energy(c.clusters, t, c.load), i);
    results.cells("other_free_energy").set(theory::other_free_energy(c.clusters, t, c.load), i);
  }
  results.cells("load").set(c.load);
  results.cells("log_points").set(c.log_points);
  results.cells("collapse_time").set_or_none(c.collapse_time);
  results.cells("other_condensation_time")
      .set_or_none(theory::other_condensation_time(c.clusters, c.load));
  results.cells("speciation_time").set_or_none(theory::speciation_time(c.clusters));
}

void MixtureCollapse::write_finite(const CollapseCase& c, Results& results) const {
  const FiniteCurve& curve = finite_curves_.get({c.clusters.dimension, c.log_points}, [&c] {
    FiniteCurve found;
    for (const double t : c.times) {
      const auto exact = theory::finite_collapse(c.clusters, c.log_points, t);
      found.excess_entropy.push_back(exact.excess_entropy);
      found.true_weight.push_back(exact.true_weight);
    }
    return found;
  });
  results.cells("excess_entropy_finite").assign(curve.excess_entropy);
  results.cells("true_weight_finite").assign(curve.true_weight);
  results.cells("weight_time_finite")
      .set_or_none(observables::last_crossing({times_, curve.true_weight}, options_.weight_level));
}

}  // namespace

std::unique_ptr<Experiment> make_mixture_collapse() {
  return declare<MixtureCollapseOptions>({
      .name = "mixture_collapse",
      .summary = "excess entropy and collapse of two Gaussian clusters onto their data points "
                 "(regimes, figure 3, appendix C)",
      .axes = mixture_collapse_axes,
      .observables = mixture_collapse_observables,
      .plan = plan_as<MixtureCollapse, MixtureCollapseOptions>,
      .prepare = prepare_as<MixtureCollapse, MixtureCollapseOptions>,
  });
}

}  // namespace syncgap::experiments
