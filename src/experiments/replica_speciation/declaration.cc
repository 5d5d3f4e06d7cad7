#include "experiments/replica_speciation/declaration.h"

#include <algorithm>
#include <string>

#include "experiments/shared/axis_values.h"
#include "experiments/shared/coupling_reach.h"
#include "experiments/shared/judge_plan.h"
#include "experiments/shared/replica_graph.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {
namespace {

void describe_agreement(ObservableList& list) {
  const std::string bootstrap = "bootstrap interval over pairs";
  list.add_with_error("agreement", {"metric", "t_int"},
                      "median cosine of features, share of pairs with one label, and mean "
                      "commitment scores 1 - d / d of independent pairs, at the ends of replicas "
                      "that were coupled for t_int steps; of more than two, means over every two",
                      "1", "dit (70)-(72)", "bootstrap standard error over pairs");
  list.add("pair_agreement", {"metric", "t_int", "pair"}, "the same of each pair", "1",
           "dit (70)-(72)");
  list.add_with_error(
      "distance", {"scale", "t_int"},
      "mean squared distance of the replicas' images: averaged over cells (coarse), "
      "and of what this leaves (fine)",
      "1", "dit (71)-(72)", "standard error over pairs");
  list.add_with_error("independent_agreement", {"metric"},
                      "mean agreement of images of different pairs, the A of one and the B of "
                      "another",
                      "1", "syncgap", "jackknife over pairs");
  list.add_with_error("independent_distance", {"scale"},
                      "mean distance of images of different pairs", "1", "syncgap",
                      "jackknife over pairs");
  list.add_with_interval("midpoint", {"metric"},
                         "midpoint of a sigmoid with free floor and plateau: tau_spec of the "
                         "cosine, tau_g of the coarse and tau_l of the fine scale",
                         "step", "dit sec. 3.1, table 1", bootstrap);
  list.add_with_interval("width", {"metric"}, "its width", "step", "syncgap", bootstrap);
  list.add_with_interval("floor", {"metric"}, "its level before", "1", "syncgap", bootstrap);
  list.add_with_interval("plateau", {"metric"},
                         "its level after, beyond what was seen where a trajectory ends before it",
                         "1", "syncgap", bootstrap);
  list.add_with_interval("crossing", {"metric"},
                         "where straight lines between the points pass the level half way from "
                         "independent to equal, which is the same at every g",
                         "step", "dit sec. 3.1", bootstrap);
  list.add("level", {"metric"}, "that level", "1", "syncgap");
  list.add("fit_status", {"metric"},
           "0 a sigmoid is what the data show, 1 flat, 2 too few points, 3 its midpoint lies "
           "outside, 4 something changes, but not as a sigmoid does, 5 a sigmoid, but not in most "
           "bootstrap samples",
           "1", "syncgap");
  list.add("fit_explained", {"metric"}, "share of the curve's variance that the sigmoid explains",
           "1", "syncgap");
  list.add("fit_chi_square", {"metric"}, "chi^2 of the sigmoid, per degree of freedom", "1",
           "syncgap");
  list.add("share_fitted", {"metric"},
           "share of the bootstrap samples that a sigmoid fits; intervals of what it has, and of "
           "gap, are of these alone and too narrow where many have none",
           "1", "syncgap");
  list.add_with_interval("gap", {}, "Delta tau = tau_l - tau_g of the midpoints", "step",
                         "dit sec. 3.1", bootstrap);
  list.add_with_interval("crossing_gap", {}, "the same of the crossings", "step", "syncgap",
                         bootstrap);
}

void describe_modes(ObservableList& list) {
  const std::string bootstrap = "bootstrap interval over rows";
  list.add("mode_carried", {"graph_mode"},
           "rho: what one average over the graph leaves of a mode of difference, (1 - g) / (1 + g) "
           "of a pair's",
           "1", "dit (27)");
  list.add("mode_count", {"graph_mode"}, "modes of difference that are averaged alike", "1",
           "syncgap");
  list.add_with_error("mode_agreement", {"graph_mode", "metric", "t_int"},
                      "agreement by one mode of difference of the replicas' features, labels and "
                      "images: of cosine and label 1 less its energy, of distances 1 less its "
                      "energy over that of independent images; the median over rows of the "
                      "cosine, otherwise the mean",
                      "1", "syncgap", "bootstrap standard error over rows");
  list.add("mode_end", {"graph_mode", "metric", "pair"},
           "the same of each row at the last t_int that was measured", "1", "syncgap");
  list.add_with_interval("mode_midpoint", {"graph_mode", "metric"},
                         "midpoint of its sigmoid: tau_spec, tau_g and tau_l of the mode", "step",
                         "syncgap", bootstrap);
  list.add_with_interval("mode_crossing", {"graph_mode", "metric"},
                         "where it passes the level of `crossing`", "step", "syncgap", bootstrap);
  list.add("mode_fit_status", {"graph_mode", "metric"}, "as fit_status", "1", "syncgap");
  list.add("mode_share_fitted", {"graph_mode", "metric"}, "as share_fitted", "1", "syncgap");
  list.add_with_interval("mode_gap", {"graph_mode"}, "tau_l - tau_g of the mode", "step", "syncgap",
                         bootstrap);
}

}  // namespace

std::vector<Axis> replica_speciation_axes(const ReplicaSpeciationOptions& options) {
  constexpr auto captured = AxisRole::captured;
  using Labels = std::vector<std::string>;
  using Integers = std::vector<std::int64_t>;
  const ReplicaOptions& replicas = options.replicas;
  auto axes = replica_axes({0, 0.1, 0.3, 0.5, 0.7, 0.9, 1});
  const std::int64_t steps = replicas.steps;
  axes.push_back(
      {"noise_correlation", AxisRole::split, std::vector<double>{0.0},
       "correlation of the replicas' noise while they are coupled: 0 independent, 1 the same"});
  for (const Axis& axis : coupling_reach_axes()) axes.push_back(axis);
  axes.push_back(replica_graph_axis());
  const std::vector<Axis> own = {
      {.name = "graph_mode",
       .role = captured,
       .values = Integers{0, 1},
       .doc = "modes of the replicas' difference, the largest rho first, those alike together",
       .choice = AxisChoice::count},
      {"t_int", captured, first_integers(steps + 1),
       "steps for which the replicas are coupled, before they are let go", "step"},
      {"metric", captured, Labels{"cosine", "label", "coarse", "fine"},
       "by what the images of a pair are compared", "1", kAgreements.words()},
      {"scale",
       captured,
       Labels{"coarse", "fine"},
       "of distances: averaged over cells, and what this leaves",
       "1",
       {"coarse", "fine"}},
      {"pair", captured, first_integers(replicas.pairs), "number of a pair, or row of replicas"},
      {"label", captured, first_integers(replicas.told_classes()),
       "place of a class in the list experiment.classes"},
      {"shown", captured, Integers{0, steps / 2, steps}, "t_int at which images are kept", "step"},
      {"sample", captured, first_integers(std::min<std::int64_t>(6, replicas.pairs)),
       "pairs whose images are kept"},
      {"replica",
       captured,
       Labels{"A", "B"},
       "of a pair, or the first two of more",
       "1",
       {"A", "B"}},
  };
  axes.insert(axes.end(), own.begin(), own.end());
  for (const Axis& axis : replica_network_axes(replicas)) axes.push_back(axis);
  for (const Axis& axis : shown_image_axes(options.judge, replicas)) axes.push_back(axis);
  settle(axes, {"metric", "scale", "pair", "label", "replica"});
  return axes;
}

std::vector<Observable> replica_speciation_observables(const ReplicaSpeciationOptions&) {
  ObservableList list;
  const std::string wilson = "Wilson interval";
  describe_agreement(list);
  describe_modes(list);
  list.add("measured", {"t_int"}, "1 where t_int was measured, otherwise 0", "1", "syncgap");
  list.add("evaluations", {},
           "evaluations of the network, a pair each, over those of the naive protocol, every t_int "
           "from its own start",
           "1", "syncgap");
  list.add_with_interval(
      "label_right", {},
      "share of the samples of pairs that were never coupled that show the class "
      "they were told",
      "1", "syncgap", wilson);
  list.add_with_interval("class_share", {"label"},
                         "share of each class among the samples of pairs that were never coupled",
                         "1", "syncgap", wilson);
  list.add_with_interval("classifier_accuracy", {},
                         "share of real test images the classifier names rightly", "1", "syncgap",
                         wilson);
  list.add("reliable", {},
           "1 where the network uses its context, the classifier has its least accuracy, samples "
           "show the class they were told, and where none was told no class outweighs the others; "
           "otherwise 0",
           "1", "syncgap");
  list.add("pair_count", {}, "pairs, or rows, of replicas", "1", "syncgap");
  list.add("replica_count", {}, "replicas of a row", "1", "syncgap");
  list.add("sample_pixels", {"shown", "sample", "replica", "channel", "row", "column"},
           "generated image, black 0 and white 1", "1", "dit figures 2-8");
  describe_replica_network(list);
  return list.take();
}

}  // namespace syncgap::experiments
