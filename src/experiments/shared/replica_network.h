#pragma once

#include <cstdint>
#include <optional>

#include "core/results.h"
#include "diffusion/conditions.torch.h"
#include "experiments/shared/replica_images.h"
#include "experiments/shared/replica_plan.h"
#include "models/context_use.h"
#include "models/trained_denoiser.h"
#include "parallel/team.h"

namespace syncgap::experiments {

/// What rows are told of their class where the use of context is measured.
inline models::ToldClass told_of(std::int64_t told_class) {
  return told_class == kNoClass ? models::ToldClass::none : models::ToldClass::own;
}

/// The transformer of a unit, with what is recorded of it. Refers to plan and sources.
class ReplicaNetwork {
 public:
  /// Trained or read, then looked at. Collective over the team.
  ReplicaNetwork(const ReplicaPlan& plan, const ReplicaSources& sources, std::uint64_t sweep_seed,
                 std::int64_t seed, models::ToldClass told, const parallel::Team& team);

  const models::TrainedDenoiser& model() const { return model_; }
  torch::Device device() const { return model_.device; }
  /// Guided where the options say so: a tap then sees the rows that are told their class, and
  /// behind them those that are not.
  diffusion::Denoiser denoiser(const networks::LayerTap& tap = {}) const;
  /// Whether coupling has anything to act on, by experiment.least_context_rise; true where that was
  /// not measured.
  bool uses_context() const;
  /// Fills what describe_replica_network declares.
  void store(Results& results) const;

 private:
  const ReplicaPlan& plan_;
  const ReplicaSources& sources_;
  models::TrainedDenoiser model_;
  std::optional<models::ContextUse> context_;
};

}  // namespace syncgap::experiments
