#pragma once

#include <cstdint>
#include <memory>
#include <torch/types.h>
#include <utility>
#include <vector>

#include "core/grid.h"
#include "core/random.h"
#include "diffusion/conditions.torch.h"
#include "experiments/shared/replica_noise.h"
#include "experiments/shared/replica_options.h"
#include "experiments/shared/replica_plan.h"
#include "made_up_images.h"
#include "models/denoiser_network.h"
#include "models/trained_denoiser.h"
#include "temporary_folder.h"

namespace syncgap::experiments {

/// Options of a transformer that sees images of 8 x 8 pixels as 16 tokens.
inline void make_small(ReplicaOptions& options) {
  options.side = 8;
  options.horizon = 100;
  options.beta_last = 0.2;
  options.steps = 10;
  options.pairs = 6;
  options.group = 4;
  auto& dit = options.transformer.dit;
  dit.patch = 2;
  dit.width = 16;
  dit.depth = 3;
  dit.heads = 2;
}

/// Such a network with weights that nobody has trained, gates open.
inline models::TrainedDenoiser small_model(const ReplicaOptions& options) {
  models::TrainedDenoiser model;
  model.network = models::make_dit(options.shape(1));
  const torch::NoGradGuard no_grad;
  double phase = 0;
  for (auto& parameter : model.network->module().parameters())
    parameter.copy_(
        torch::cos(torch::arange(parameter.numel()) * 0.7 + ++phase).view_as(parameter) * 0.2);
  return model;
}

/// Everything that a unit of replicas needs, of such a network.
template <class Options>
struct SmallUnit {
  TemporaryFolder folder;
  Options options;
  std::unique_ptr<Grid> grid;
  std::unique_ptr<ReplicaPlan> plan;
  models::TrainedDenoiser model;
  std::unique_ptr<ReplicaNoise> noise;

  SmallUnit() {
    write_made_up_images(folder, 30, 8, 20);
    make_small(options.replicas);
    options.replicas.source.data_path = folder.path();
  }

  /// Once the options are set.
  void prepare(std::vector<Axis> axes) {
    grid = std::make_unique<Grid>(std::move(axes));
    plan = std::make_unique<ReplicaPlan>(options.replicas);
    model = small_model(options.replicas);
    noise = std::make_unique<ReplicaNoise>(7, 1, plan->state_shape(1), torch::kCPU);
  }
};

}  // namespace syncgap::experiments
