#include "experiments/mixture_collapse/options.h"

namespace syncgap::experiments {

OptionTable MixtureCollapseOptions::table() {
  OptionTable t;
  t.add("mean_amplitude", mean_amplitude, "mu",
        "distance of a cluster from the origin per coordinate, |m| = sqrt(d) mu")
      .at_least(0);
  t.add("standard_deviation", standard_deviation, "sigma", "width of a cluster").above(0);
  t.add("size", size, kDataSetSizes, "",
        "which axis gives the size of a data set: n itself, or alpha = log n / d");
  t.add("clock", clock, kCollapseClocks, "", "values of the time axis: t, or t / t_C of each unit");
  t.add("data_sets", data_sets, "", "data sets drawn per unit; errors are those over data sets")
      .at_least(2);
  t.add("evaluations", evaluations, "N", "noised points evaluated per data set").at_least(1);
  t.add("weight_level", weight_level, "",
        "mean posterior weight of the true point whose time is looked for")
      .above(0)
      .below(1);
  t.add("quadrature", quadrature, "",
        "also compute the exact averages at finite n and d (d >= 4, log n <= 600)");
  return t;
}

}  // namespace syncgap::experiments
