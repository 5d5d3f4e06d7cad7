#include "experiments/attention_response/plan.h"

#include <algorithm>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/attention_response/declaration.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {

AttentionResponsePlan::AttentionResponsePlan(const AttentionResponseOptions& options,
                                             const Grid& grid)
    : options_(options),
      replicas_(options.replicas),
      couplings_(axis_values<double>(grid, "g")),
      head_steps_(axis_values<std::int64_t>(grid, "head_step")) {
  check_replica_axes(options.replicas, grid);
  const auto states = axis_choices(grid, "state", kResponseStates);
  require_input(states.front() == ResponseState::symmetric,
                "the symmetric states come first (axes.state begins with \"mean\"): give "
                "[\"symmetric\"] or [\"symmetric\", \"mean\"]");
  at_means_ = states.size() > 1;
  require_increasing(grid, "head_step");
  require_input(head_steps_.front() >= 0 && head_steps_.back() < options.replicas.steps,
                "there is no such step (axes.head_step, saw ", head_steps_.front(), " to ",
                head_steps_.back(), "): give steps from 0 to ", options.replicas.steps - 1);
  options.modes.check(options.replicas);
  require_input(options.trajectories <= options.replicas.pairs,
                "there are fewer pairs than states (experiment.pairs = ", options.replicas.pairs,
                ", experiment.trajectories = ", options.trajectories,
                "): at the means of pairs, a state is one of them; give more pairs");
  require_input(options.whole_states <= options.trajectories,
                "there are fewer states than are to be followed (experiment.whole_states = ",
                options.whole_states, ", experiment.trajectories = ", options.trajectories,
                "): lower it");
  require_input(options.replicas.pairs >= 2 * options.blocks_of_pairs,
                "blocks of pairs that are left out have at least two (experiment.pairs = ",
                options.replicas.pairs, ", experiment.blocks_of_pairs = ", options.blocks_of_pairs,
                "): give more pairs, or fewer blocks");
  require_input(options.replicas.start_spread > 0,
                "replicas that start alike have no difference to follow (experiment.start_spread = "
                "0): give a positive one");
  require_input(options.replicas.guidance.is_none(),
                "the response is that of one evaluation, and guidance makes it of two "
                "(experiment.guidance = ",
                options.replicas.guidance.scale, "): set experiment.guidance = 1");
}

double AttentionResponsePlan::operations(const Unit& unit) const {
  const ReplicaOptions& replicas = options_.replicas;
  const auto& shape = replicas_.shape();
  const double steps = to_real(replicas.steps), tokens = to_real(shape.tokens());
  const double width = to_real(shape.width), couplings = to_real(std::ssize(couplings_));
  const double states = to_real(options_.trajectories), whole = to_real(options_.whole_states);
  // Of one state and direction: four products with attention, and twice that with the perceptron.
  const double asked = 8 * tokens * tokens * width;
  const double followed = 2 * asked + 10 * tokens * width * width;
  const double response = to_real(shape.depth * directions()) *
                          ((at_means_ ? 2 : 1) * states * asked + whole * followed);
  return replicas_.training_operations(unit) + replicas_.context_operations() +
         steps * (response + couplings * whole * shape.operations(2)) +
         replicas_.sampling_operations(
             steps * (to_real(replicas.pairs) * couplings + (at_means_ ? states : 0)),
             steps * states + to_real(options_.modes.pairs * (1 + options_.modes.step)));
}

double AttentionResponsePlan::memory() const {
  const auto& shape = replicas_.shape();
  const double state = to_real(shape.tokens() * shape.width), depth = to_real(shape.depth);
  const double numbers = to_real(options_.replicas.steps) * depth * to_real(directions()) *
                         (to_real(options_.trajectories) * 8 +
                          to_real(options_.replicas.pairs * 2 * std::ssize(couplings_)));
  return replicas_.memory() + 8 * numbers +
         4 * state * depth * to_real(options_.modes.pairs + directions() * 13);
}

}  // namespace syncgap::experiments
