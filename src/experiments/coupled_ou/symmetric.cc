// Checks of SymmetricCase; symmetric_run.cc computes.
#include "experiments/coupled_ou/symmetric.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.h"
#include "experiments/shared/axis_values.h"
#include "theory/coupling_graph.h"

namespace syncgap::experiments {

std::unique_ptr<const CoupledOuCase> make_symmetric_case(const CoupledOuOptions& options,
                                                         const Grid& grid) {
  return std::make_unique<const SymmetricCase>(options, grid);
}

SymmetricCase::SymmetricCase(const CoupledOuOptions& options, const Grid& grid)
    : options_(options) {
  require_input(
      !options_.computes(Quantity::critical_coupling),
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
  for (const CouplingShape shape : axis_choices(grid, "schedule", kCouplingShapes))
    for (double g : axis_values<double>(grid, "g")) {
      const double strongest = options_.schedule(shape, g).largest_magnitude();
      require_input(strongest < options_.beta,
                    "the symmetric matrix needs |g| < beta (axes.g, saw ", g,
                    shape == CouplingShape::constant ? "" : concat(", |g(t)| up to ", strongest),
                    " with beta = ", options_.beta,
                    "): its forward process has no stationary law; lower g or raise "
                    "experiment.beta");
    }
  if (options_.computes(Quantity::speciation) || options_.computes(Quantity::curves))
    check_common_fractions(grid);
}

void SymmetricCase::check_given_graph(const Grid& grid) const {
  const auto graphs = axis_choices(grid, "graph", kModalityGraphs);
  if (std::find(graphs.begin(), graphs.end(), ModalityGraph::given) == graphs.end()) return;
  const auto& matrix = options_.adjacency;
  const std::int64_t n = std::lround(std::sqrt(matrix.size()));
  require_input(n >= 2 && n * n == std::ssize(matrix),
                "graph 'given' needs a square matrix (experiment.adjacency has ", matrix.size(),
                " numbers): give N * N of them, row by row");
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < i; ++j)
      require_input(matrix[i * n + j] == matrix[j * n + i],
                    "the coupling matrix must be symmetric (experiment.adjacency, entry (", i, ", ",
                    j, ") is ", matrix[i * n + j], " and entry (", j, ", ", i, ") ",
                    matrix[j * n + i], "): make them equal");
  const auto& sizes = axis_values<std::int64_t>(grid, "modalities");
  require_input(sizes.size() == 1 && sizes[0] == n, "graph 'given' has ", n,
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
