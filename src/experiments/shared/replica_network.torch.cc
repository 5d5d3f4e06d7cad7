#include "experiments/shared/replica_network.h"

#include <algorithm>
#include <span>

#include "diffusion/denoisers.h"
#include "experiments/shared/training_cells.h"

namespace syncgap::experiments {

ReplicaNetwork::ReplicaNetwork(const ReplicaPlan& plan, const ReplicaSources& sources,
                               std::uint64_t sweep_seed, std::int64_t seed, models::ToldClass told,
                               const parallel::Team& team)
    : plan_(plan),
      sources_(sources),
      model_(models::trained_denoiser(replica_task(plan, sources, sweep_seed, seed),
                                      plan.options().transformer, plan.shape(), team)) {
  const ReplicaOptions& options = plan.options();
  if (!sources.training || options.context_samples == 0) return;
  team.say("measures whether the network uses its context");
  context_ =
      models::measure_context_use(replica_task(plan, sources, sweep_seed, seed), model_,
                                  context_steps(options), options.context_samples, team, told);
}

diffusion::Denoiser ReplicaNetwork::denoiser(const networks::LayerTap& tap) const {
  return diffusion::guided(tap ? model_.tapped(tap) : model_.denoiser(), plan_.shape().null_label(),
                           plan_.options().guidance);
}

bool ReplicaNetwork::uses_context() const {
  if (!context_) return true;
  return std::any_of(
      context_->rise_other.begin(), context_->rise_other.end(),
      [&](const Estimate& rise) { return rise.value >= plan_.options().least_context_rise; });
}

void ReplicaNetwork::store(Results& results) const {
  store_training(model_.curves.loss, model_.parameters,
                 sources_.training ? sources_.training->count() : 0, results);
  auto error = results.cells("denoising_error"), rise = results.cells("context_rise");
  if (!context_) {
    error.none();
    rise.none();
    return;
  }
  error.assign(std::span<const Estimate>(context_->own.noise));
  rise.assign(std::span<const Estimate>(context_->rise_other), 0);
  rise.assign(std::span<const Estimate>(context_->rise_uniform), 1);
}

}  // namespace syncgap::experiments
