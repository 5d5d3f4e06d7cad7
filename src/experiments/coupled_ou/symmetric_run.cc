#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "core/numbers.h"
#include "experiments/coupled_ou/symmetric.h"
#include "experiments/shared/axis_values.h"
#include "theory/collapse.h"
#include "theory/coupling_graph.h"
#include "theory/kappa.h"
#include "theory/speciation_scan.h"

namespace syncgap::experiments {
namespace {

/// Largest lambda of any mode at any time: below 0 the forward process has a stationary law.
double largest_rate(double beta, const Modalities& system) {
  const auto [lowest, highest] = system.schedule.range();
  double largest = -std::numeric_limits<double>::infinity();
  for (double eigenvalue : {system.eigenvalues.front(), system.eigenvalues.back()})
    for (double strength : {lowest, highest})
      largest = std::max(largest, -beta + eigenvalue * strength);
  return largest;
}

/// Value of `compute(eigenvalue)` for each mode, computed once per distinct eigenvalue.
template <class Compute>
auto for_each_mode(const std::vector<double>& eigenvalues, Compute compute) {
  std::map<double, decltype(compute(0.0))> known;
  std::vector<decltype(compute(0.0))> values;
  for (double eigenvalue : eigenvalues) {
    auto found = known.find(eigenvalue);
    if (found == known.end()) found = known.emplace(eigenvalue, compute(eigenvalue)).first;
    values.push_back(found->second);
  }
  return values;
}

/// Sets cells over the captured axis `mode`, which may name more modes than this graph has.
void store_modes(const Grid& grid, Cells cells, const std::vector<double>& values) {
  const auto& modes = axis_values<std::int64_t>(grid, "mode");
  for (std::int64_t i = 0; i < std::ssize(modes); ++i)
    if (modes[i] < std::ssize(values))
      cells.set_or_none(values[modes[i]], i);
    else
      cells.none(i);
}

/// Slowest minus fastest relaxing mode of the graph, and largest minus smallest.
struct Gap {
  double ordered = kNoValue, spread = kNoValue;
};
Gap mode_gap(const std::vector<double>& times) {
  if (std::any_of(times.begin(), times.end(), [](double t) { return std::isnan(t); })) return {};
  const auto [least, most] = std::minmax_element(times.begin(), times.end());
  return {times.front() - times.back(), *most - *least};
}

}  // namespace

std::vector<double> SymmetricCase::eigenvalues(ModalityGraph graph, std::int64_t modalities) const {
  using theory::CouplingGraph;
  std::vector<double> values;
  if (graph == ModalityGraph::given)
    values = theory::matrix_eigenvalues(options_.adjacency);
  else
    values = theory::graph_eigenvalues(graph == ModalityGraph::ring   ? CouplingGraph::ring
                                       : graph == ModalityGraph::star ? CouplingGraph::star
                                                                      : CouplingGraph::complete,
                                       modalities);
  const double largest = values.front();
  if (options_.graph_scale == theory::GraphScale::spectral)
    for (double& value : values) value /= largest;
  return values;
}

Modalities SymmetricCase::modalities(const Unit& unit) const {
  const std::int64_t n = unit.integer("modalities");
  const theory::DataLaw data = options_.data_law();
  const double sizes = options_.size_scaling == SizeScaling::per_modality ? 0.5 * to_real(n) : 1.0;
  return {eigenvalues(unit.choice("graph", kModalityGraphs), n),
          options_.schedule(unit.choice("schedule", kCouplingShapes), unit.real("g")),
          sizes * (data.mean_square_x + data.mean_square_y), sizes * 4.0 * options_.alpha};
}

double SymmetricCase::cost(const Unit& unit) const {
  const double n = to_real(unit.integer("modalities"));
  const bool constant = unit.choice("schedule", kCouplingShapes) == CouplingShape::constant;
  return constant ? 1e-5 + 2e-6 * n : 1e-3 + 3e-4 * n;
}

/// Without a stationary law of the forward process there is nothing to compute.
void SymmetricCase::leave_unstable(Results& results) const {
  if (options_.computes(Quantity::speciation))
    results.none({"speciation_time", "lower_speciation_time", "crossing_count", "kappa_peak",
                  "mode_speciation_time", "speciation_gap", "speciation_spread", "variance_bound"});
  if (options_.computes(Quantity::collapse))
    results.none({"collapse_time", "collapse_time_bound", "mode_collapse_time",
                  "mode_collapse_time_printed", "collapse_gap", "collapse_gap_printed"});
  if (options_.computes(Quantity::curves)) results.none({"kappa", "mode_kappa"});
  if (options_.computes(Quantity::large_deviations)) results.none({"cumulant", "energy_rate"});
}

void SymmetricCase::run(const Unit& unit, Results& results, const RunContext&) const {
  const Grid& grid = unit.grid();
  const Modalities system = modalities(unit);
  store_modes(grid, results.cells("mode_rate"),
              for_each_mode(system.eigenvalues, [&](double eigenvalue) {
                return -options_.beta + eigenvalue * unit.real("g");
              }));
  if (largest_rate(options_.beta, system) >= 0.0) {
    // Only reachable with graph_scale = "edge": the limit depends on N, and a figure shows it.
    leave_unstable(results);
    if (options_.computes(Quantity::speciation)) {
      auto status = results.cells("speciation_status");
      for (std::int64_t i = 0; i < grid.axis("common_fraction").size(); ++i)
        status.set(kUnstableForward, i);
      store_modes(grid, results.cells("mode_speciation_status"),
                  std::vector<double>(system.eigenvalues.size(), kUnstableForward));
    }
    return;
  }
  if (options_.computes(Quantity::speciation)) run_speciation(grid, system, results);
  if (options_.computes(Quantity::collapse)) run_collapse(grid, system, results);
  if (options_.computes(Quantity::curves)) run_curves(grid, system, results);
  if (options_.computes(Quantity::large_deviations))
    store_large_deviations(grid, results, [&](double t) {
      if (t == 0.0) return std::vector<double>{};
      return for_each_mode(system.eigenvalues, [&](double eigenvalue) {
        const theory::ModeTransition moved = moments(system, eigenvalue).at(t);
        return std::exp(2.0 * moved.log_growth) * options_.variance_x / moved.noise;
      });
    });
}

std::vector<double> SymmetricCase::rates(const Modalities& system) const {
  std::vector<double> rates;
  for (double eigenvalue : system.eigenvalues)
    rates.push_back(-options_.beta + eigenvalue * system.schedule(0.0));
  return rates;
}

theory::Speciation SymmetricCase::mixture(const Modalities& system, double common_fraction) const {
  const std::size_t n = system.eigenvalues.size();
  std::vector<double> squares(n,
                              (1.0 - common_fraction) * system.total_mean_square / to_real(n - 1));
  squares.front() = common_fraction * system.total_mean_square;
  return theory::mixture_speciation(rates(system), options_.noise_variance, options_.variance_x,
                                    squares);
}

theory::Speciation SymmetricCase::single_mode(const Modalities& system, double eigenvalue) const {
  if (system.schedule.is_constant())
    return theory::mode_speciation(-options_.beta + eigenvalue * system.schedule(0.0),
                                   options_.noise_variance, options_.variance_x,
                                   system.total_mean_square);
  const theory::ModeSumKappa kappa(options_.beta, options_.noise_variance, {eigenvalue},
                                   system.schedule, options_.variance_x, system.total_mean_square);
  return theory::SpeciationScan(kappa).speciation(1.0);
}

void SymmetricCase::run_speciation(const Grid& grid, const Modalities& system,
                                   Results& results) const {
  const auto& fractions = axis_values<double>(grid, "common_fraction");
  SpeciationCells speciation(results);
  if (system.schedule.is_constant()) {
    for (std::size_t i = 0; i < fractions.size(); ++i)
      speciation.set(mixture(system, fractions[i]), i);
  } else {
    const theory::SpeciationScan scan(
        theory::ModeSumKappa(options_.beta, options_.noise_variance, system.eigenvalues,
                             system.schedule, options_.variance_x, system.total_mean_square));
    for (std::size_t i = 0; i < fractions.size(); ++i)
      speciation.set(scan.speciation(fractions[i]), i);
  }
  const auto modes = for_each_mode(
      system.eigenvalues, [&](double eigenvalue) { return single_mode(system, eigenvalue); });
  std::vector<double> times, states;
  for (const theory::Speciation& mode : modes) {
    times.push_back(mode.time);
    states.push_back(static_cast<double>(mode.status));
  }
  store_modes(grid, results.cells("mode_speciation_time"), times);
  store_modes(grid, results.cells("mode_speciation_status"), states);
  const Gap gap = mode_gap(times);
  results.cells("speciation_gap").set_or_none(gap.ordered);
  results.cells("speciation_spread").set_or_none(gap.spread);
  auto bound = results.cells("variance_bound");
  bound.none();  // with a schedule there is no one coupling it could be of
  if (system.schedule.is_constant()) {
    const auto all = rates(system);
    bound.set(options_.noise_variance / -*std::min_element(all.begin(), all.end()));
  }
}

void SymmetricCase::run_collapse(const Grid& grid, const Modalities& system,
                                 Results& results) const {
  const double variance = options_.variance_x, noise = options_.noise_variance;
  // Each mode alone has n levels in d dimensions; the paper gives it the share that makes g = 0
  // agree with the joint time.
  const double energy_model = system.log_levels;
  const double printed = energy_model / to_real(system.eigenvalues.size());
  auto mode_times = [&](double log_ratio) {
    return for_each_mode(system.eigenvalues, [&](double eigenvalue) {
      return system.schedule.is_constant()
                 ? theory::mode_collapse_time(-options_.beta + eigenvalue * system.schedule(0.0),
                                              noise, variance, log_ratio)
                 : theory::mode_collapse_time(moments(system, eigenvalue), variance, log_ratio);
    });
  };
  const auto by_energy_model = mode_times(energy_model), as_printed = mode_times(printed);
  store_modes(grid, results.cells("mode_collapse_time"), by_energy_model);
  store_modes(grid, results.cells("mode_collapse_time_printed"), as_printed);
  results.cells("collapse_gap").set_or_none(mode_gap(by_energy_model).ordered);
  results.cells("collapse_gap_printed").set_or_none(mode_gap(as_printed).ordered);
  results.cells("collapse_time_bound")
      .set_or_none(theory::collapse_time_bound(noise, variance, printed));
  if (system.schedule.is_constant()) {
    results.cells("collapse_time")
        .set_or_none(
            theory::joint_collapse_time(rates(system), noise, variance, system.log_levels));
  } else {
    std::vector<theory::ModeMoments> modes;
    for (double eigenvalue : system.eigenvalues) modes.push_back(moments(system, eigenvalue));
    results.cells("collapse_time")
        .set_or_none(theory::joint_collapse_time(modes, variance, system.log_levels));
  }
}

void SymmetricCase::run_curves(const Grid& grid, const Modalities& system, Results& results) const {
  const auto& times = axis_values<double>(grid, "time");
  const auto& fractions = axis_values<double>(grid, "common_fraction");
  const auto& modes = axis_values<std::int64_t>(grid, "mode");
  auto kappa_of = [&](const std::vector<double>& eigenvalues) {
    return theory::ModeSumKappa(options_.beta, options_.noise_variance, eigenvalues,
                                system.schedule, options_.variance_x, system.total_mean_square);
  };
  const auto together = kappa_of(system.eigenvalues);
  auto kappa = results.cells("kappa"), mode_kappa = results.cells("mode_kappa");
  mode_kappa.none();  // of modes this graph has not
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto line = together.line(times[i], system.schedule.piece_index(times[i]));
    for (std::size_t j = 0; j < fractions.size(); ++j)
      kappa.set_or_none(line.at(fractions[j]), j, i);
  }
  for (std::size_t j = 0; j < modes.size(); ++j) {
    if (modes[j] >= std::ssize(system.eigenvalues)) continue;
    const auto alone = kappa_of({system.eigenvalues[modes[j]]});
    for (std::size_t i = 0; i < times.size(); ++i)
      mode_kappa.set_or_none(alone.line(times[i], system.schedule.piece_index(times[i])).at(1.0), j,
                             i);
  }
}

}  // namespace syncgap::experiments
