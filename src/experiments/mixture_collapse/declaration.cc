#include "experiments/mixture_collapse/declaration.h"

#include "core/spacing.h"

namespace syncgap::experiments {

std::vector<Axis> mixture_collapse_axes(const MixtureCollapseOptions& options) {
  Axis size{.name = "points",
            .values = std::vector<std::int64_t>{20000},
            .doc = "number of data points n"};
  if (options.size == DataSetSize::alpha)
    size = {.name = "alpha",
            .values = std::vector<double>{0.4},
            .doc = "load log n / d; n is rounded where points are drawn",
            .unit = "nat"};
  return {
      {.name = "method",
       .values = std::vector<std::string>{"reduced"},
       .doc = "how energies are had: all d coordinates in double or single precision, their exact "
              "law, or not at all",
       .choices = kCollapseMethods.words()},
      {.name = "dimension",
       .values = std::vector<std::int64_t>{256, 1024, 4096},
       .doc = "dimension d"},
      size,
      {.name = "seed",
       .values = std::vector<std::int64_t>{1},
       .doc = "independent repetition; dimensions and precisions share the numbers of a seed"},
      {.name = "time",
       .role = AxisRole::captured,
       .values = evenly_spaced(0.2, 6.0, 59),
       .doc = "diffusion time t, or t / t_C if experiment.clock says so"},
      {.name = "curve_time",
       .role = AxisRole::captured,
       .values = evenly_spaced(0.05, 6.0, 239),
       .doc = "the same, of the limits drawn as curves"},
  };
}

std::vector<Observable> mixture_collapse_observables(const MixtureCollapseOptions&) {
  const std::vector<std::string> curve = {"time"}, dense = {"curve_time"};
  ObservableList list;
  const auto measured = [&](const char* name, const ObservableList::Names& over, const char* what,
                            const char* unit, const char* source) {
    list.add_with_error(name, over, what, unit, source, "standard error over data sets");
  };
  const auto predicted = [&](const char* name, const ObservableList::Names& over, const char* what,
                             const char* unit,
                             const char* source) { list.add(name, over, what, unit, source); };
  measured("excess_entropy", curve,
           "f^e = E[-log w] / d: (56)-(57) without the noise of |z|^2, whose mean is known", "nat",
           "regimes (56)-(57)");
  measured("excess_entropy_printed", curve, "f^e as printed, from log P^e at the noised points",
           "nat", "regimes (56)-(57)");
  measured("true_weight", curve, "posterior weight w of the point a state was noised from", "1",
           "regimes C.4");
  measured("weight_time", {},
           "time at which the mean weight passes the level (t / t_C if so "
           "asked)",
           "1", "regimes C.4");
  predicted("excess_entropy_finite", curve, "f^e at this n and d, exact average by quadrature",
            "nat", "regimes (56)-(57)");
  predicted("true_weight_finite", curve, "mean weight at this n and d, by quadrature", "1",
            "regimes C.4");
  predicted("excess_entropy_limit", dense, "f^e for d -> infinity at this alpha", "nat",
            "regimes C.4");
  predicted("population_excess_entropy", dense, "f, of the population: both sides of t_C", "nat",
            "regimes (5)");
  predicted("population_excess_entropy_finite", dense,
            "f - I(class; x_t) / d, of the population at this d", "nat", "regimes C.4");
  predicted("own_free_energy", dense, "psi_+, points of x's own cluster", "nat", "regimes (42)");
  predicted("other_free_energy", dense, "psi_-, points of the other cluster", "nat",
            "regimes (52)");
  predicted("diffusion_time", curve, "t", "1", "regimes (1)");
  predicted("curve_diffusion_time", dense, "t of the curves", "1", "regimes (1)");
  predicted("load", {}, "alpha = log n / d", "nat", "regimes (5)");
  predicted("log_points", {}, "log n", "nat", "regimes (5)");
  predicted("collapse_time", {}, "t_C", "1", "regimes (10) = (43)");
  predicted("other_condensation_time", {}, "time at which psi_- condenses", "1", "regimes (53)");
  predicted("speciation_time", {}, "t_S", "1", "regimes (4)");
  predicted("weight_time_finite", {}, "weight_time of the exact averages at finite n and d", "1",
            "regimes C.4");
  return list.take();
}

}  // namespace syncgap::experiments
