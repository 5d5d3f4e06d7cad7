// Axes, observables and checks of SymmetricCase; coupled_ou_symmetric_run.cc computes.
#include "experiments/coupled_ou/symmetric.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.h"
#include "experiments/shared/axis_values.h"
#include "theory/coupling_graph.h"

namespace syncgap::experiments {

std::unique_ptr<CoupledOuCase> make_symmetric_case(const CoupledOuOptions& options) {
  return std::make_unique<SymmetricCase>(options);
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
    declare_speciation(list, "common_fraction", "multimodal (62), (66); corrections E0.1");
    list.push_back({"mode_speciation_time",
                    {"mode"},
                    "speciation time of one mode that holds all the signal",
                    "time",
                    "multimodal (66), corrections E0.1",
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
                    "multimodal (60), corrections E0.4",
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
                    "multimodal (75), corrections E0.6",
                    NanPolicy::allowed});
    list.push_back({"mode_collapse_time",
                    {"mode"},
                    "collapse time of one mode in the random energy model, n^{2/d} = 1 + chi",
                    "time",
                    "corrections E0.7 for multimodal (77)",
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
                    "corrections E0.7",
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
  for (std::int64_t n : axis_values<std::int64_t>(grid, "modalities"))
    require_input(n >= 2 && n <= 4096,
                  "axis 'modalities' must lie between 2 and 4096 "
                  "(axes.modalities, saw ",
                  n, "): coupling takes at least two");
  for (std::int64_t mode : axis_values<std::int64_t>(grid, "mode"))
    require_input(mode >= 0, "axis 'mode' has a negative value (axes.mode, saw ", mode,
                  "): modes count from 0, the common mode");
  check_given_graph(grid);
  for (const std::string& label : axis_values<std::string>(grid, "schedule"))
    for (double g : axis_values<double>(grid, "g")) {
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
  const auto& graphs = axis_values<std::string>(grid, "graph");
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
  const auto& sizes = axis_values<std::int64_t>(grid, "modalities");
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
  const auto& sizes = axis_values<std::int64_t>(grid, "modalities");
  const bool has_two = std::find(sizes.begin(), sizes.end(), 2) != sizes.end();
  // m_+^2 - m_-^2 = 2 mu_x.mu_y / d, at most 2 m_x m_y.
  const double total = options_.mean_square_x + options_.mean_square_y;
  const double reach =
      total > 0.0 ? 2.0 * std::sqrt(options_.mean_square_x * options_.mean_square_y) / total : 1.0;
  const double least = has_two ? 0.5 * (1.0 - reach) : 0.0, most = 1.0 - least;
  for (double fraction : axis_values<double>(grid, "common_fraction")) {
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

}  // namespace syncgap::experiments
