#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "core/check.h"
#include "experiments/coupled_ou_case.h"
#include "theory/collapse.h"
#include "theory/coupled_process.h"
#include "theory/coupling_graph.h"
#include "theory/kappa.h"
#include "theory/speciation_scan.h"

namespace syncgap::experiments {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Everything one unit needs to know about its coupled modalities.
struct Modalities {
  std::vector<double> eigenvalues;  ///< of the coupling graph, common mode first
  theory::CouplingSchedule schedule;
  double total_mean_square;  ///< sum over the modes, times d
  double log_levels;         ///< (2/d) log n, left-hand side of multimodal (71)
};

/// N modalities that feel each other, multimodal section 3 for N = 2. Mode 0 is the common mode.
class SymmetricCase : public CoupledOuCase {
 public:
  explicit SymmetricCase(const CoupledOuOptions& options) : options_(options) {}

  std::vector<Axis> axes() const override;
  std::vector<Observable> observables() const override;
  void prepare(const Grid& grid) override;
  double cost(const Unit& unit) const override;
  void run(const Unit& unit, Results& results) const override;

 private:
  void check_given_graph(const Grid& grid) const;
  void check_common_fractions(const Grid& grid) const;
  std::vector<double> eigenvalues(const std::string& graph, std::size_t modalities) const;
  Modalities modalities(const Unit& unit) const;

  void run_speciation(const Grid& grid, const Modalities& system, Results& results) const;
  void run_collapse(const Grid& grid, const Modalities& system, Results& results) const;
  void run_curves(const Grid& grid, const Modalities& system, Results& results) const;

  std::vector<double> rates(const Modalities& system) const;
  theory::Speciation mixture(const Modalities& system, double common_fraction) const;
  theory::Speciation single_mode(const Modalities& system, double eigenvalue) const;
  theory::ModeMoments moments(const Modalities& system, double eigenvalue) const {
    return {{options_.beta, options_.noise_variance, eigenvalue}, system.schedule};
  }

  const CoupledOuOptions& options_;
};

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

/// Copies values[mode] to the positions of the captured axis `mode`.
void store_modes(const Grid& grid, std::span<double> target, const std::vector<double>& values) {
  const auto& modes = integer_values(grid, "mode");
  for (std::size_t i = 0; i < modes.size(); ++i)
    if (static_cast<std::size_t>(modes[i]) < values.size()) target[i] = values[modes[i]];
}

/// Slowest minus fastest relaxing mode of the graph, and largest minus smallest.
struct Gap {
  double ordered = kNone, spread = kNone;
};
Gap mode_gap(const std::vector<double>& times) {
  if (std::any_of(times.begin(), times.end(), [](double t) { return std::isnan(t); })) return {};
  const auto [least, most] = std::minmax_element(times.begin(), times.end());
  return {times.front() - times.back(), *most - *least};
}

std::vector<Axis> SymmetricCase::axes() const {
  std::vector<double> strengths;
  for (int i = 0; i < 100; ++i) strengths.push_back(0.01 * i);
  auto axes = coupled_ou_axes(options_, std::move(strengths));
  axes.push_back({.name = "modalities",
                  .values = std::vector<std::int64_t>{2},
                  .doc = "number N of coupled modalities"});
  axes.push_back({.name = "graph",
                  .values = std::vector<std::string>{"complete"},
                  .doc = "which modalities are coupled to which; for N = 2 all are the same",
                  .choices = {"complete", "ring", "star", "given"}});
  axes.push_back({.name = "mode",
                  .role = AxisRole::captured,
                  .values = std::vector<std::int64_t>{0, 1},
                  .doc = "eigenmode of the coupling graph, largest eigenvalue first; for N = 2: 0 "
                         "common, 1 difference"});
  if (options_.computes("speciation") || options_.computes("curves"))
    axes.push_back({.name = "common_fraction",
                    .role = AxisRole::captured,
                    .values = std::vector<double>{1.0, 0.75, 0.5, 0.25, 0.0},
                    .doc = "share of the squared class mean in the common mode; the other modes "
                           "share the rest evenly"});
  return axes;
}

std::vector<Observable> SymmetricCase::observables() const {
  std::vector<Observable> list;
  list.push_back({"mode_rate",
                  {"mode"},
                  "relaxation eigenvalue lambda = -beta + eigenvalue * g",
                  "1/time",
                  "multimodal (51)",
                  NanPolicy::allowed});
  if (options_.computes("speciation")) {
    declare_speciation(list, "common_fraction", "multimodal (62), (66); notes E0.1");
    list.push_back({"mode_speciation_time",
                    {"mode"},
                    "speciation time of one mode that holds all the signal",
                    "time",
                    "multimodal (66), notes E0.1",
                    NanPolicy::allowed});
    list.push_back({"mode_speciation_status",
                    {"mode"},
                    "as speciation_status, of one mode",
                    "1",
                    "multimodal (59), (60), (64)",
                    NanPolicy::allowed});
    list.push_back({"speciation_gap",
                    {},
                    "synchronization gap: speciation time of the common mode minus that of the "
                    "last mode",
                    "time",
                    "multimodal section 3",
                    NanPolicy::allowed});
    list.push_back({"speciation_spread",
                    {},
                    "largest minus smallest speciation time of the modes",
                    "time",
                    "multimodal section 3",
                    NanPolicy::allowed});
    list.push_back({"variance_bound",
                    {},
                    "data variance below which the reverse potential confines at coupling g",
                    "1",
                    "multimodal (60), notes E0.4",
                    NanPolicy::allowed});
  }
  if (options_.computes("collapse")) {
    list.push_back({"collapse_time",
                    {},
                    "collapse time of all modalities together",
                    "time",
                    "multimodal (72)",
                    NanPolicy::allowed});
    list.push_back({"collapse_time_bound",
                    {},
                    "upper bound on the joint collapse time",
                    "time",
                    "multimodal (75), notes E0.6",
                    NanPolicy::allowed});
    list.push_back({"mode_collapse_time",
                    {"mode"},
                    "collapse time of one mode in the random energy model, n^{2/d} = 1 + chi",
                    "time",
                    "notes E0.7 for multimodal (77)",
                    NanPolicy::allowed});
    list.push_back({"mode_collapse_time_printed",
                    {"mode"},
                    "collapse time of one mode as the paper prints it, n^{1/d} = 1 + chi",
                    "time",
                    "multimodal (78)",
                    NanPolicy::allowed});
    list.push_back({"collapse_gap",
                    {},
                    "collapse time of the common mode minus that of the last mode, random energy "
                    "model",
                    "time",
                    "notes E0.7",
                    NanPolicy::allowed});
    list.push_back({"collapse_gap_printed",
                    {},
                    "collapse time of the common mode minus that of the last mode, as printed",
                    "time",
                    "multimodal (78)",
                    NanPolicy::allowed});
  }
  if (options_.computes("curves")) {
    list.push_back({"kappa",
                    {"common_fraction", "time"},
                    "speciation parameter kappa(t)",
                    "1",
                    "multimodal (62)",
                    NanPolicy::allowed});
    list.push_back({"mode_kappa",
                    {"mode", "time"},
                    "kappa(t) of one mode that holds all the signal",
                    "1",
                    "multimodal (65)",
                    NanPolicy::allowed});
  }
  if (options_.computes("large_deviations")) declare_large_deviations(list);
  return list;
}

void SymmetricCase::prepare(const Grid& grid) {
  require_input(
      !options_.computes("critical_coupling"),
      "critical_coupling depends on theta, which the symmetric matrix has not "
      "(experiment.quantities): remove it, or set experiment.relaxation = \"triangular\"");
  require_input(options_.variance_x == options_.variance_y,
                "the symmetric matrix needs equal data variances (experiment.variance_x is ",
                options_.variance_x, ", experiment.variance_y ", options_.variance_y,
                "): set both to the same value");
  for (std::int64_t n : integer_values(grid, "modalities"))
    require_input(n >= 2 && n <= 4096,
                  "axis 'modalities' must lie between 2 and 4096 "
                  "(axes.modalities, saw ",
                  n, "): coupling takes at least two");
  for (std::int64_t mode : integer_values(grid, "mode"))
    require_input(mode >= 0, "axis 'mode' has a negative value (axes.mode, saw ", mode,
                  "): modes count from 0, the common mode");
  check_given_graph(grid);
  for (const std::string& label : label_values(grid, "schedule"))
    for (double g : real_values(grid, "g")) {
      const double strongest = options_.schedule(label, g).largest_magnitude();
      require_input(strongest < options_.beta,
                    "the symmetric matrix needs |g| < beta (axes.g, saw ", g,
                    label == "constant" ? "" : concat(", |g(t)| up to ", strongest),
                    " with beta = ", options_.beta,
                    "): its forward process has no stationary law; lower g or raise "
                    "experiment.beta");
    }
  if (options_.computes("speciation") || options_.computes("curves")) check_common_fractions(grid);
}

void SymmetricCase::check_given_graph(const Grid& grid) const {
  const auto& graphs = label_values(grid, "graph");
  if (std::find(graphs.begin(), graphs.end(), "given") == graphs.end()) return;
  const auto& matrix = options_.adjacency;
  const auto n = static_cast<std::size_t>(std::lround(std::sqrt(matrix.size())));
  require_input(n >= 2 && n * n == matrix.size(),
                "graph 'given' needs a square matrix (experiment.adjacency has ", matrix.size(),
                " numbers): give N * N of them, row by row");
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j)
      require_input(matrix[i * n + j] == matrix[j * n + i],
                    "the coupling matrix must be symmetric (experiment.adjacency, entry (", i, ", ",
                    j, ") is ", matrix[i * n + j], " and entry (", j, ", ", i, ") ",
                    matrix[j * n + i], "): make them equal");
  const auto& sizes = integer_values(grid, "modalities");
  require_input(sizes.size() == 1 && static_cast<std::size_t>(sizes[0]) == n, "graph 'given' has ",
                n,
                " modalities (axes.modalities has other values): set "
                "axes.modalities = [",
                n, "]");
  require_input(theory::matrix_eigenvalues(matrix).front() > 0.0,
                "the coupling matrix has no positive eigenvalue (experiment.adjacency): flip its "
                "sign, and that of g");
}

void SymmetricCase::check_common_fractions(const Grid& grid) const {
  const auto& sizes = integer_values(grid, "modalities");
  const bool has_two = std::find(sizes.begin(), sizes.end(), 2) != sizes.end();
  // m_+^2 - m_-^2 = 2 mu_x.mu_y / d, at most 2 m_x m_y.
  const double total = options_.mean_square_x + options_.mean_square_y;
  const double reach =
      total > 0.0 ? 2.0 * std::sqrt(options_.mean_square_x * options_.mean_square_y) / total : 1.0;
  const double least = has_two ? 0.5 * (1.0 - reach) : 0.0, most = 1.0 - least;
  for (double fraction : real_values(grid, "common_fraction")) {
    require_input(fraction >= 0.0 && fraction <= 1.0,
                  "axis 'common_fraction' must lie between 0 and 1 (axes.common_fraction, saw ",
                  fraction, "): it is the share of the common mode");
    require_input(fraction >= least - 1e-12 && fraction <= most + 1e-12,
                  "no angle between the means gives this share of the common mode "
                  "(axes.common_fraction, saw ",
                  fraction, "): with mean_square_x = ", options_.mean_square_x,
                  " and mean_square_y = ", options_.mean_square_y, " it lies between ", least,
                  " and ", most);
  }
}

std::vector<double> SymmetricCase::eigenvalues(const std::string& graph,
                                               std::size_t modalities) const {
  std::vector<double> values;
  if (graph == "given")
    values = theory::matrix_eigenvalues(options_.adjacency);
  else if (graph == "ring")
    values = theory::graph_eigenvalues(theory::CouplingGraph::ring, modalities);
  else if (graph == "star")
    values = theory::graph_eigenvalues(theory::CouplingGraph::star, modalities);
  else
    values = theory::graph_eigenvalues(theory::CouplingGraph::complete, modalities);
  const double largest = values.front();
  if (options_.graph_scale == "spectral")
    for (double& value : values) value /= largest;
  return values;
}

Modalities SymmetricCase::modalities(const Unit& unit) const {
  const auto n = static_cast<std::size_t>(unit.integer("modalities"));
  const theory::DataLaw data = options_.data_law();
  const double sizes = options_.size_scaling == "per_modality" ? 0.5 * static_cast<double>(n) : 1.0;
  return {eigenvalues(unit.label("graph"), n),
          options_.schedule(unit.label("schedule"), unit.real("g")),
          sizes * (data.mean_square_x + data.mean_square_y), sizes * 4.0 * options_.alpha};
}

double SymmetricCase::cost(const Unit& unit) const {
  const double n = static_cast<double>(unit.integer("modalities"));
  const bool constant = unit.label("schedule") == "constant";
  return constant ? 1e-5 + 2e-6 * n : 1e-3 + 3e-4 * n;
}

void SymmetricCase::run(const Unit& unit, Results& results) const {
  const Grid& grid = unit.grid();
  const Modalities system = modalities(unit);
  store_modes(grid, results["mode_rate"], for_each_mode(system.eigenvalues, [&](double eigenvalue) {
                return -options_.beta + eigenvalue * unit.real("g");
              }));
  if (largest_rate(options_.beta, system) >= 0.0) {
    // Only reachable with graph_scale = "edge": the limit depends on N, and a figure shows it.
    if (options_.computes("speciation")) {
      std::ranges::fill(results["speciation_status"], kUnstableForward);
      store_modes(grid, results["mode_speciation_status"],
                  std::vector<double>(system.eigenvalues.size(), kUnstableForward));
    }
    return;
  }
  if (options_.computes("speciation")) run_speciation(grid, system, results);
  if (options_.computes("collapse")) run_collapse(grid, system, results);
  if (options_.computes("curves")) run_curves(grid, system, results);
  if (options_.computes("large_deviations"))
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
  std::vector<double> squares(
      n, (1.0 - common_fraction) * system.total_mean_square / static_cast<double>(n - 1));
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
  const auto& fractions = real_values(grid, "common_fraction");
  if (system.schedule.is_constant()) {
    for (std::size_t i = 0; i < fractions.size(); ++i)
      store_speciation(results, i, mixture(system, fractions[i]));
  } else {
    const theory::SpeciationScan scan(
        theory::ModeSumKappa(options_.beta, options_.noise_variance, system.eigenvalues,
                             system.schedule, options_.variance_x, system.total_mean_square));
    for (std::size_t i = 0; i < fractions.size(); ++i)
      store_speciation(results, i, scan.speciation(fractions[i]));
  }
  const auto modes = for_each_mode(
      system.eigenvalues, [&](double eigenvalue) { return single_mode(system, eigenvalue); });
  std::vector<double> times, states;
  for (const theory::Speciation& mode : modes) {
    times.push_back(mode.time);
    states.push_back(static_cast<double>(mode.status));
  }
  store_modes(grid, results["mode_speciation_time"], times);
  store_modes(grid, results["mode_speciation_status"], states);
  const Gap gap = mode_gap(times);
  results["speciation_gap"][0] = gap.ordered;
  results["speciation_spread"][0] = gap.spread;
  if (system.schedule.is_constant()) {
    const auto all = rates(system);
    results["variance_bound"][0] =
        options_.noise_variance / -*std::min_element(all.begin(), all.end());
  }
}

void SymmetricCase::run_collapse(const Grid& grid, const Modalities& system,
                                 Results& results) const {
  const double variance = options_.variance_x, noise = options_.noise_variance;
  // Each mode alone has n levels in d dimensions; the paper gives it the share that makes g = 0
  // agree with the joint time.
  const double energy_model = system.log_levels;
  const double printed = energy_model / static_cast<double>(system.eigenvalues.size());
  auto mode_times = [&](double log_ratio) {
    return for_each_mode(system.eigenvalues, [&](double eigenvalue) {
      return system.schedule.is_constant()
                 ? theory::mode_collapse_time(-options_.beta + eigenvalue * system.schedule(0.0),
                                              noise, variance, log_ratio)
                 : theory::mode_collapse_time(moments(system, eigenvalue), variance, log_ratio);
    });
  };
  const auto by_energy_model = mode_times(energy_model), as_printed = mode_times(printed);
  store_modes(grid, results["mode_collapse_time"], by_energy_model);
  store_modes(grid, results["mode_collapse_time_printed"], as_printed);
  results["collapse_gap"][0] = mode_gap(by_energy_model).ordered;
  results["collapse_gap_printed"][0] = mode_gap(as_printed).ordered;
  results["collapse_time_bound"][0] = theory::collapse_time_bound(noise, variance, printed);
  if (system.schedule.is_constant()) {
    results["collapse_time"][0] =
        theory::joint_collapse_time(rates(system), noise, variance, system.log_levels);
  } else {
    std::vector<theory::ModeMoments> modes;
    for (double eigenvalue : system.eigenvalues) modes.push_back(moments(system, eigenvalue));
    results["collapse_time"][0] = theory::joint_collapse_time(modes, variance, system.log_levels);
  }
}

void SymmetricCase::run_curves(const Grid& grid, const Modalities& system, Results& results) const {
  const auto& times = real_values(grid, "time");
  const auto& fractions = real_values(grid, "common_fraction");
  const auto& modes = integer_values(grid, "mode");
  auto kappa_of = [&](std::vector<double> eigenvalues) {
    return theory::ModeSumKappa(options_.beta, options_.noise_variance, std::move(eigenvalues),
                                system.schedule, options_.variance_x, system.total_mean_square);
  };
  const auto together = kappa_of(system.eigenvalues);
  const auto kappa = results["kappa"], mode_kappa = results["mode_kappa"];
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto line = together.line(times[i], system.schedule.piece_index(times[i]));
    for (std::size_t j = 0; j < fractions.size(); ++j)
      kappa[j * times.size() + i] = line.at(fractions[j]);
  }
  for (std::size_t j = 0; j < modes.size(); ++j) {
    if (static_cast<std::size_t>(modes[j]) >= system.eigenvalues.size()) continue;
    const auto alone = kappa_of({system.eigenvalues[modes[j]]});
    for (std::size_t i = 0; i < times.size(); ++i)
      mode_kappa[j * times.size() + i] =
          alone.line(times[i], system.schedule.piece_index(times[i])).at(1.0);
  }
}

}  // namespace

std::unique_ptr<CoupledOuCase> make_symmetric_case(const CoupledOuOptions& options) {
  return std::make_unique<SymmetricCase>(options);
}

}  // namespace syncgap::experiments
