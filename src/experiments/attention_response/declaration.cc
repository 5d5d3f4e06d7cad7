#include "experiments/attention_response/declaration.h"

#include <string>

#include "experiments/shared/axis_values.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {
namespace {

/// The first step of every tenth of a trajectory, and the last.
std::vector<std::int64_t> head_steps(std::int64_t steps) {
  constexpr std::int64_t kParts = 10;
  std::vector<std::int64_t> out;
  for (std::int64_t k = 0; k < kParts; ++k)
    if (const std::int64_t step = steps * k / kParts; out.empty() || step > out.back())
      out.push_back(step);
  if (out.back() < steps - 1) out.push_back(steps - 1);
  return out;
}

std::vector<std::int64_t> blocks_from_one(std::int64_t depth) {
  std::vector<std::int64_t> out;
  for (std::int64_t block = 1; block <= depth; ++block) out.push_back(block);
  return out;
}

const std::string kOverStates = "standard error over states";

/// The parts of a block's gain in directions that are counted by `axis`.
void describe_parts(ObservableList& list, const std::string& prefix, const std::string& axis) {
  const ObservableList::Names over = {"state", "step", "block", axis};
  list.add_with_error(prefix + "routing", over,
                      "chi: r R r, gain by values that change under the attention there is", "1",
                      "dit (47), corrections E2.2", kOverStates);
  list.add_with_error(prefix + "query", over,
                      "r Q r, gain by queries that change; pi(g) of (47) is (1 + g) times this and "
                      "(1 - g) times that by keys",
                      "1", "dit (47), corrections E2.2", kOverStates);
  list.add_with_error(prefix + "key", over, "r K r, gain by keys that change", "1",
                      "dit (47), corrections E2.2", kOverStates);
  list.add_with_error(prefix + "perceptron", over, "lambda^MLP: r J r, gain by the perceptron", "1",
                      "dit (47)", kOverStates);
  list.add_with_error(prefix + "pattern", over, "pi at g = 0: by queries and keys together", "1",
                      "dit (47)", kOverStates);
  list.add_with_error(prefix + "partner", over,
                      "by values and keys together: all that a coupling weakens, by rho(g)", "1",
                      "dit (46)", kOverStates);
  list.add_with_error(prefix + "uncoupled", over, "eta - 1 at g = 0: all parts together", "1",
                      "dit (46)", kOverStates);
}

void describe_heads(ObservableList& list) {
  const ObservableList::Names head = {"head_step", "block", "head"};
  const ObservableList::Names of_band = {"head_step", "block", "head", "band"};
  list.add("least_width", head, "smallest N_eff of a row of attention, mean over states", "token",
           "dit (92), (99)");
  list.add("median_width", head, "median N_eff of the rows, mean over states", "token", "dit (92)");
  list.add("expansion", head,
           "lambda_perp: norm of attention on what has no mean over tokens, mean over states", "1",
           "dit (103)");
  list.add_with_error("pattern_share", of_band,
                      "|dA V| / |A dV|: what changes of a head's attention over what it routes",
                      "1", "dit (106)", kOverStates);
  list.add("pattern_bound", of_band,
           "right side of (105), upper median over states, without bound where it is not "
           "positive; no value where that is so for half of them or more",
           "1", "dit (105)");
  list.add("bound_share", of_band, "share of the states where the right side is positive", "1",
           "dit (105)");
}

void describe_gains(ObservableList& list) {
  list.add_with_error("routing_preference", {"state", "step", "block"},
                      "chi in band 0 less chi in the highest band", "1", "dit (61)", kOverStates);
  const ObservableList::Names map = {"g", "step", "block", "mode"};
  list.add_with_error("gain", map, "eta_k(g) of one block, by its parts", "1", "dit (46)",
                      kOverStates);
  list.add_with_error("cross_gain", map,
                      "what (46) leaves out: what the perceptron makes of the attention's change, "
                      "over the states that are followed whole",
                      "1", "dit (31)-(33)", kOverStates);
  list.add_with_error("whole_gain", map, "gain and cross_gain together", "1", "dit (31), (44)",
                      kOverStates + ", of both parts as if independent");
  list.add_with_error(
      "product_gain", map,
      "log10 of G: absolute product of the gains (46) of all blocks before, of this "
      "and earlier steps",
      "1", "dit (57)", kOverStates);
  list.add_with_error(
      "propagated_gain", map,
      "log10 of the root mean square along a mode of differences that are propagated to first "
      "order through whole blocks, output and steps, over that before the first block",
      "1", "syncgap", kOverStates);
  list.add_with_error(
      "measured_gain", map,
      "the same of all real pairs, at what they are instead of at their mean at the "
      "start",
      "1", "syncgap", "standard error over pairs");
  list.add_with_error(
      "propagated_excess", map,
      "log10 of the root mean square along a mode of propagated differences over that of the real "
      "pairs with the same differences at the start",
      "1", "syncgap", kOverStates);
}

void describe_branches(ObservableList& list) {
  const ObservableList::Names map = {"g", "step", "block", "mode"};
  const ObservableList::Names place = {"g", "step", "block"};
  const std::string blocks = "jackknife over blocks of pairs",
                    both = blocks + ", and over the states of the gains";
  list.add_with_error("branch_separation", map,
                      "m of the two-branch fit N(+-m, c) / 2 to components of real differences; "
                      "its error means little where m is near 0",
                      "1", "dit (34), (44)", blocks);
  list.add_with_error("branch_variance", map, "its c", "1", "dit (34), (44)", blocks);
  list.add("bimodal_chance", map,
           "probability that one branch, a Gaussian, is fitted so much better by two", "1",
           "syncgap");
  list.add_with_error("score_gain", place,
                      "gamma: slope of what a block adds to real differences beyond its linear "
                      "gain on the score (35) of the fits, over pairs and modes",
                      "1", "dit (36)", both);
  list.add("score_share", place, "share of it that this explains", "1", "syncgap");
  list.add("beyond_gain", place,
           "what a block adds along the modes of real differences beyond their linear gains, by "
           "other modes and by higher orders, over all it adds there: ratio of squares",
           "1", "syncgap");
  list.add_with_error(
      "beyond_linear", place,
      "what a block adds to whole real differences beyond its exact linear response "
      "at the mean of the pair, over all it adds: ratio of squares",
      "1", "dit (31)", "standard error over pairs");
  list.add_with_error("kappa", map,
                      "modewise speciation parameter by the fit, whether or not there are two "
                      "branches by bimodal_chance; 0 where m is",
                      "1", "dit (50)", both);
  list.add("kappa_status", map,
           "0 there are two branches, 1 one Gaussian does as well; without a parameter: 2 gamma is "
           "not positive, 3 the block amplifies more than the score restores, (55)",
           "1", "dit (50), (55)");
  list.add("onset", {"g", "block", "mode"},
           "step from which on kappa is known and stays at 1 or above to the end, linear between "
           "neighbouring steps; no value where it does not, or where the last step has no two "
           "branches, so that chance makes one in bimodal_level of the modes at most",
           "step", "dit (51)");
}

}  // namespace

std::vector<Axis> attention_response_axes(const AttentionResponseOptions& options) {
  constexpr auto captured = AxisRole::captured;
  using Labels = std::vector<std::string>;
  const ReplicaOptions& replicas = options.replicas;
  // Depth, heads and grid of tokens do not depend on the images' channels.
  const auto shape = replicas.shape(1);
  auto axes = replica_axes({0, 0.3, 1});
  for (Axis& axis : axes)
    if (axis.name == "g") axis.role = captured;
  const std::vector<Axis> own = {
      {"state", captured, Labels{"symmetric", "mean"},
       "where the response is computed: replicas that are alike, or the mean of a real pair", "1",
       kResponseStates.words()},
      {"step", captured, first_integers(replicas.steps), "step s of a reverse trajectory, from 0",
       "step"},
      {"block", captured, blocks_from_one(shape.depth), "transformer block, the first is 1"},
      {"mode", captured, first_integers(options.modes.count),
       "principal direction of the differences of uncoupled pairs that enter a block at the step "
       "that defines them, the largest variance first"},
      {"band", captured, first_integers(shape.grid()),
       "spatial frequency: the larger of both indices of a cosine transform over the grid of "
       "tokens; the direction is the first principal one within the band"},
      {"head_step", captured, head_steps(replicas.steps), "steps at which heads are looked at",
       "step"},
      {"head", captured, first_integers(shape.heads), "head of an attention, from 0"},
  };
  axes.insert(axes.end(), own.begin(), own.end());
  for (const Axis& axis : replica_network_axes(replicas)) axes.push_back(axis);
  settle(axes, {"step", "block", "mode", "band", "head"});
  return axes;
}

std::vector<Observable> attention_response_observables(const AttentionResponseOptions&) {
  ObservableList list;
  describe_parts(list, "", "mode");
  describe_parts(list, "band_", "band");
  describe_gains(list);
  describe_branches(list);
  describe_heads(list);
  list.add("mode_variance", {"block", "mode"}, "variance along a mode, of the pairs that define it",
           "1", "dit (42)");
  list.add("state_count", {}, "symmetric states", "1", "syncgap");
  list.add("pair_count", {}, "real pairs", "1", "syncgap");
  list.add("reliable", {}, "1 where the network uses its context, otherwise 0", "1", "syncgap");
  describe_replica_network(list);
  return list.take();
}

}  // namespace syncgap::experiments
