#include "experiments/mixture_cloning/declaration.h"

#include <string>

#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {

OptionTable MixtureCloningOptions::table() {
  OptionTable t;
  t.add("mean_amplitude", mean_amplitude, "mu",
        "distance of a cluster from the origin per "
        "coordinate, |m| = sqrt(d) mu")
      .above(0);
  t.add("standard_deviation", standard_deviation, "sigma", "width of a cluster").above(0);
  t.add("horizon", horizon, "T", "time at which reverse runs start, from N(0, I)").above(0);
  t.add("steps", steps, "L", "Euler steps from T to 0").at_least(1).at_most(1e9);
  t.add("trials", trials, "", "trajectories per unit; each is cloned at every branch time")
      .at_least(1);
  t.add("clones", clones, "", "trajectories that share a past at each branch, the trunk included")
      .at_least(2)
      .at_most(1000);
  t.add("blocks", blocks, "",
        "blocks of trials for the jackknife errors of level and crossing "
        "times")
      .at_least(2);
  t.add("level", level, "",
        "agreement whose time is looked for; the default is phi at a = 1, "
        "where curves of different d cross")
      .above(0.5)
      .below(1);
  return t;
}

std::vector<Axis> mixture_cloning_axes() {
  const AxisRole captured = AxisRole::captured;
  return {
      {.name = "mode",
       .values = std::vector<std::string>{"projected"},
       .doc = "coordinates simulated: the one along m, or all d",
       .choices = {"projected", "full"}},
      {.name = "seed", .values = std::vector<std::int64_t>{1}, .doc = "independent repetition"},
      {.name = "dimension",
       .role = captured,
       .values = std::vector<std::int64_t>{256, 1024, 4096, 16384},
       .doc = "dimension d; all share their noise in mode projected"},
      {.name = "branch_time",
       .role = captured,
       .values = even_values(1.0, 10.0, 19),
       .doc = "diffusion time at which clones branch off"},
      {.name = "curve_time",
       .role = captured,
       .values = even_values(0.05, 10.0, 200),
       .doc = "diffusion time of the closed forms drawn as curves"},
      {.name = "time_offset",
       .role = captured,
       .values = std::vector<double>{-2, -1, 0, 1, 2, 3},
       .doc = "t - 1/2 log d of the overlap histograms"},
      {.name = "overlap",
       .role = captured,
       .values = even_values(-8, 8, 65),
       .doc = "q = x.m / sqrt(d), bins of regime I"},
      {.name = "scaled_overlap",
       .role = captured,
       .values = even_values(-2.5, 2.5, 51),
       .doc = "x.m / (d mu^2 e^-t), bins of regime II"},
  };
}

std::vector<Observable> mixture_cloning_observables() {
  const std::vector<std::string> measured = {"dimension", "branch_time"};
  const std::vector<std::string> curve = {"dimension", "curve_time"}, each = {"dimension"};
  const std::vector<std::string> q = {"dimension", "time_offset", "overlap"};
  const std::vector<std::string> r = {"dimension", "time_offset", "scaled_overlap"};
  std::vector<Observable> list;
  const auto add = [&](const char* name, const std::vector<std::string>& captured, const char* what,
                       const char* source, NanPolicy nan = NanPolicy::failure) {
    list.push_back({name, captured, what, "1", source, nan});
  };
  // A single trial has no standard error, and a curve need not cross a level.
  const auto add_estimate = [&](const char* name, const std::vector<std::string>& captured,
                                const std::string& what, const char* source, NanPolicy nan) {
    list.push_back({name, captured, what, "1", source, nan});
    list.push_back({name + std::string("_error"), captured, what + ", standard error", "1", source,
                    NanPolicy::allowed});
  };
  const NanPolicy allowed = NanPolicy::allowed, failure = NanPolicy::failure;
  add_estimate("agreement", measured, "share of clone pairs that end on the same side of m.x = 0",
               "regimes figure 2", failure);
  add_estimate("label_agreement", measured,
               "probability that two clones carry the same latent label", "regimes figure 2, (27)",
               failure);
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
  add("speciation_time", each, "t_S = 1/2 log Lambda", "regimes (4)", allowed);
  add("landau_time", each, "time at which the Landau matrix loses positivity", "regimes (16), B.1",
      allowed);
  add("potential_splitting_time", each, "time at which the curvature of V(q, t) vanishes",
      "regimes (23)", allowed);
  add("density_splitting_time", each, "time at which log P_t gets two maxima", "regimes (17)",
      allowed);
  add("drift_splitting_time", each, "time at which the reverse drift gets two fixed points",
      "regimes (54), multimodal (62)", allowed);
  add_estimate("level_time", each, "time at which the measured agreement passes the level",
               "regimes figure 2", allowed);
  add_estimate(
      "crossing_ratio", each,
      "t / t_S at which the measured curve crosses that of the next dimension, nearest to level",
      "regimes figure 2", allowed);
  add_estimate("crossing_agreement", each, "measured agreement at that crossing",
               "regimes figure 2", allowed);
  add("snapshot_time", {"dimension", "time_offset"}, "time of the overlap histograms",
      "regimes B.2", allowed);
  add_estimate("overlap_density", q, "density of q(t) over the trunks", "regimes (21), B.2",
               allowed);
  add("overlap_density_closed_form", q, "density of q(t) under the forward law", "regimes (17)",
      allowed);
  add_estimate("scaled_overlap_density", r, "density of x.m / (d mu^2 e^-t) over the trunks",
               "regimes B.4", allowed);
  add("scaled_overlap_density_closed_form", r, "the same under the forward law", "regimes (17)",
      allowed);
  add("potential", {"time_offset", "overlap"}, "V(q, t), climbed by q(t) in reverse",
      "regimes (8) = (22)");
  return list;
}

}  // namespace syncgap::experiments
