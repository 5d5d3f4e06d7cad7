#include "experiments/mixture_cloning/declaration.h"

#include <string>

#include "core/spacing.h"

namespace syncgap::experiments {

std::vector<Axis> mixture_cloning_axes(const MixtureCloningOptions&) {
  const AxisRole captured = AxisRole::captured;
  return {
      {.name = "method",
       .values = std::vector<std::string>{"projected"},
       .doc = "coordinates simulated: the one along m, or all d",
       .choices = kCloningMethods.words()},
      {.name = "seed", .values = std::vector<std::int64_t>{1}, .doc = "independent repetition"},
      {.name = "dimension",
       .role = captured,
       .values = std::vector<std::int64_t>{256, 1024, 4096, 16384},
       .doc = "dimension d; all share their noise in method projected"},
      {.name = "branch_time",
       .role = captured,
       .values = evenly_spaced(1.0, 10.0, 19),
       .doc = "diffusion time at which clones branch off"},
      {.name = "curve_time",
       .role = captured,
       .values = evenly_spaced(0.05, 10.0, 200),
       .doc = "diffusion time of the closed forms drawn as curves"},
      {.name = "time_offset",
       .role = captured,
       .values = std::vector<double>{-2, -1, 0, 1, 2, 3},
       .doc = "t - 1/2 log d of the overlap histograms"},
      {.name = "overlap",
       .role = captured,
       .values = evenly_spaced(-8, 8, 65),
       .doc = "q = x.m / sqrt(d), bins of regime I"},
      {.name = "scaled_overlap",
       .role = captured,
       .values = evenly_spaced(-2.5, 2.5, 51),
       .doc = "x.m / (d mu^2 e^-t), bins of regime II"},
  };
}

std::vector<Observable> mixture_cloning_observables(const MixtureCloningOptions&) {
  const std::vector<std::string> measured = {"dimension", "branch_time"};
  const std::vector<std::string> curve = {"dimension", "curve_time"}, each = {"dimension"};
  const std::vector<std::string> q = {"dimension", "time_offset", "overlap"};
  const std::vector<std::string> r = {"dimension", "time_offset", "scaled_overlap"};
  ObservableList list;
  const auto add = [&](const char* name, const ObservableList::Names& over, const char* what,
                       const char* source) { list.add(name, over, what, "1", source); };
  const auto add_estimate = [&](const char* name, const ObservableList::Names& over,
                                const char* what, const char* source) {
    list.add_with_error(name, over, what, "1", source, "standard error");
  };
  add_estimate("agreement", measured, "share of clone pairs that end on the same side of m.x = 0",
               "regimes figure 2");
  add_estimate("label_agreement", measured,
               "probability that two clones carry the same latent label", "regimes figure 2, (27)");
  add("agreement_closed_form", measured, "agreement of the side in continuous time",
      "as regimes (27), for the sign of m.x");
  add("label_agreement_closed_form", measured, "agreement of the label in continuous time",
      "regimes (6) = (27)");
  add("agreement_scheme", measured, "exact agreement of the side under the Euler scheme",
      "regimes (55)");
  add("label_agreement_scheme", measured, "exact agreement of the label under the Euler scheme",
      "regimes (55)");
  add("agreement_curve", curve, "agreement of the side in continuous time",
      "as regimes (27), for the sign of m.x");
  add("label_agreement_curve", curve, "agreement of the label in continuous time",
      "regimes (6) = (27)");
  add("speciation_time", each, "t_S = 1/2 log Lambda", "regimes (4)");
  add("landau_time", each, "time at which the Landau matrix loses positivity", "regimes (16), B.1");
  add("potential_splitting_time", each, "time at which the curvature of V(q, t) vanishes",
      "regimes (23)");
  add("density_splitting_time", each, "time at which log P_t gets two maxima", "regimes (17)");
  add("drift_splitting_time", each, "time at which the reverse drift gets two fixed points",
      "regimes (54), multimodal (62)");
  add_estimate("level_time", each, "time at which the measured agreement passes the level",
               "regimes figure 2");
  add_estimate(
      "crossing_ratio", each,
      "t / t_S at which the measured curve crosses that of the next dimension, nearest to level",
      "regimes figure 2");
  add_estimate("crossing_agreement", each, "measured agreement at that crossing",
               "regimes figure 2");
  add("snapshot_time", {"dimension", "time_offset"}, "time of the overlap histograms",
      "regimes B.2");
  add_estimate("overlap_density", q, "density of q(t) over the trunks", "regimes (21), B.2");
  add("overlap_density_closed_form", q, "density of q(t) under the forward law", "regimes (17)");
  add_estimate("scaled_overlap_density", r, "density of x.m / (d mu^2 e^-t) over the trunks",
               "regimes B.4");
  add("scaled_overlap_density_closed_form", r, "the same under the forward law", "regimes (17)");
  add("potential", {"time_offset", "overlap"}, "V(q, t), climbed by q(t) in reverse",
      "regimes (8) = (22)");
  return list.take();
}

}  // namespace syncgap::experiments
