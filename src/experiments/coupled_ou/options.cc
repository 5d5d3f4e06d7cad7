#include "experiments/coupled_ou/options.h"

#include <algorithm>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {
OptionTable CoupledOuOptions::table() {
  OptionTable table;
  table.add("relaxation", relaxation, kRelaxations, "M",
            "relaxation matrix: symmetric (both modalities feel each other, multimodal (2)) or "
            "triangular (X drives Y, (3)); decides the axes and observables");
  table.add(
      "quantities", quantities, kQuantities, "",
      "what to compute: speciation times; collapse times; critical_coupling g_crit(theta) "
      "(triangular); curves kappa(t) over the time axis; large_deviations of the energies over "
      "the time, inverse_temperature and energy axes");
  table.add("beta", beta, "beta", "relaxation rate of one modality").above(0).unit("1/time");
  table
      .add("noise_variance", noise_variance, "sigma_W^2",
           "variance the forward noise adds per unit time")
      .above(0)
      .unit("1/time");
  table
      .add("variance_x", variance_x, "sigma_x^2",
           "variance of the data of X within a class; the symmetric matrix needs variance_y equal")
      .above(0);
  table.add("variance_y", variance_y, "sigma_y^2", "variance of the data of Y within a class")
      .above(0);
  table
      .add("mean_square_x", mean_square_x, "m_x^2",
           "squared class mean of X per dimension; symmetric: m_+^2 + m_-^2 = m_x^2 + m_y^2")
      .at_least(0);
  table.add("mean_square_y", mean_square_y, "m_y^2", "squared class mean of Y per dimension")
      .at_least(0);
  table
      .add("dimension", dimension, "d",
           "multiplies the mean squares in kappa: 1 is the paper's kappa per dimension; the d of a "
           "model gives the bifurcation of its own drift (corrections E0.3)")
      .at_least(1);
  table
      .add("alpha", alpha, "alpha",
           "log n / (N d) of n training points, N modalities of dimension d; multimodal (33)")
      .above(0);
  table
      .add("conditional_alpha_ratio", conditional_alpha_ratio, "alpha_C/alpha",
           "alpha_C of the conditional collapse time, multimodal (87): 1 reproduces figure 5, 2 "
           "takes the "
           "effective dimension to be d (corrections E0.9)")
      .above(0);
  describe_schedule(table, "time");
  table.add("graph_scale", graph_scale, theory::kGraphScales, "",
            "edge: g is the strength of one edge of the coupling graph; spectral: g is that of the "
            "common mode, lambda_0 = -beta + g for every number of modalities");
  table.add("size_scaling", size_scaling, kSizeScalings, "",
            "what grows with the number N of modalities: per_modality: signal N (m_x^2 + m_y^2)/2 "
            "and log n = alpha N d; total: both stay as for N = 2");
  table.add("adjacency", adjacency, "A",
            "symmetric N x N coupling matrix of graph 'given', row by row: M = -beta I + g A");
  return table;
}

bool CoupledOuOptions::computes(Quantity quantity) const {
  return std::find(quantities.begin(), quantities.end(), quantity) != quantities.end();
}

theory::DataLaw CoupledOuOptions::data_law() const {
  const double d = to_real(dimension);
  return {variance_x, variance_y, d * mean_square_x, d * mean_square_y};
}

void check_coupled_ou(const CoupledOuOptions& options, const Grid& grid) {
  require_input(!options.quantities.empty(),
                "nothing to compute (experiment.quantities is empty): name at least one of "
                "speciation collapse critical_coupling curves large_deviations");
  const auto shapes = axis_choices(grid, "schedule", kCouplingShapes);
  if (std::find(shapes.begin(), shapes.end(), CouplingShape::piecewise) != shapes.end())
    options.check_pieces();
  if (options.computes(Quantity::curves) || options.computes(Quantity::large_deviations))
    for (double t : axis_values<double>(grid, "time"))
      require_input(t >= 0.0, "axis 'time' has a negative value (axes.time, saw ", t,
                    "): forward time starts at 0");
  if (options.computes(Quantity::large_deviations))
    for (double u : axis_values<double>(grid, "energy"))
      require_input(u > 0.0, "axis 'energy' must be positive (axes.energy, saw ", u,
                    "): the rate function is infinite elsewhere");
}

}  // namespace syncgap::experiments
