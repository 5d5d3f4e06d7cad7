#include <optional>

#include "core/numbers.h"
#include "core/random.h"
#include "experiments/attention_response/estimates.h"
#include "experiments/attention_response/responses.h"
#include "experiments/shared/replica_network.h"
#include "experiments/trained.h"
#include "networks/threads.h"

namespace syncgap::experiments {
namespace {

class AttentionResponse : public Prepared {
 public:
  AttentionResponse(const AttentionResponseOptions& options, const Grid& grid,
                    std::optional<int> device)
      : plan_(options, grid), sources_(plan_.replicas(), device) {}

  Facts facts() const override { return sources_.facts; }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  AttentionResponsePlan plan_;
  ReplicaSources sources_;
};

void AttentionResponse::run(const Unit& unit, Results& results, const RunContext& context) const {
  const AttentionResponseOptions& options = plan_.options();
  const networks::ThreadScope threads(options.replicas.threads);
  const std::int64_t seed = unit.integer("seed"), told = unit.integer("told_class");
  const ReplicaNetwork network(plan_.replicas(), sources_, context.sweep_seed, seed, told_of(told),
                               context.team);
  const ReplicaNoise noise(context.sweep_seed, seed, plan_.replicas().state_shape(1),
                           network.device());
  const TappedDenoiser denoiser = [&](const networks::LayerTap& tap) {
    return network.denoiser(tap);
  };
  networks::DiTImpl& transformer = *network.model().network->transformer();
  const auto modes = start_modes(plan_.replicas(), options.modes, denoiser, noise, told);
  const auto respond = [&](ResponseState at) {
    return compute_responses(plan_, at, denoiser, transformer, modes, noise, told, context.team);
  };
  const ResponseData symmetric = respond(ResponseState::symmetric);
  std::optional<ResponseData> at_means;
  if (plan_.at_means()) at_means = respond(ResponseState::mean);
  const PairData pairs =
      follow_pairs(plan_, denoiser, transformer, modes, noise, told, context.team);
  if (context.team.rank() != 0) return;  // every rank knows the same; the first one's is kept
  context.team.say("fits branches");
  store_gains(plan_, symmetric, at_means, modes.variances, results);
  store_heads(plan_, symmetric, results);
  store_branches(plan_, symmetric, pairs, modes.variances,
                 RandomStream(context.sweep_seed, "one branch by chance"), results);
  network.store(results);
  results.cells("reliable").set(network.uses_context() ? 1 : 0);
  results.cells("state_count").set(to_real(options.trajectories));
  results.cells("pair_count").set(to_real(options.replicas.pairs));
}

}  // namespace

std::unique_ptr<const Prepared> prepare_attention_response(const AttentionResponseOptions& options,
                                                           const Grid& grid,
                                                           std::optional<int> device) {
  return std::make_unique<const AttentionResponse>(options, grid, device);
}

}  // namespace syncgap::experiments
