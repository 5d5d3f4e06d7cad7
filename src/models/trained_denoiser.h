#pragma once

#include <cstdint>
#include <memory>

#include "diffusion/conditions.torch.h"
#include "models/denoiser_network.h"
#include "models/denoiser_options.h"
#include "models/denoising_loss.h"
#include "models/transformer_options.h"
#include "parallel/team.h"
#include "training/trainer.h"

namespace syncgap::models {

struct TrainedDenoiser {
  std::shared_ptr<DenoiserNetwork> network;  ///< with averaged parameters, in evaluation mode
  training::TrainingCurves curves;           ///< empty where the weights were given
  std::int64_t parameters = 0;
  torch::Device device = torch::kCPU;
  networks::Precision precision = networks::Precision::single;

  /// Takes states on any device; the answer comes back to where they are. With another context
  /// than its own where the network has one, else the answer throws InputError.
  diffusion::Denoiser denoiser(networks::Context context = networks::Context::own) const;
  /// The same, its layers looked at where it has some, else the answer throws InputError.
  diffusion::Denoiser tapped(networks::LayerTap tap) const;
  /// The same, tokens of its layers changed.
  diffusion::Denoiser changed(networks::LayerChange change) const;

 private:
  diffusion::Denoiser placed(diffusion::Denoiser denoiser) const;
};

/// The denoiser of this task: its weights read from the file that is given; or from the folder of
/// models if it was trained before; otherwise trained by the ranks of the team, from its last
/// checkpoint if there is one, and kept. Throws UnitStopped where a drain leaves it half trained,
/// UnitError if training diverges, InputError for weights that do not fit. The task tells no label.
/// Collective.
TrainedDenoiser trained_denoiser(const DenoiserTask& task, const DenoiserOptions& options,
                                 const parallel::Team& team);

/// A transformer of this shape, which is told labels where the task tells them. Where its weights
/// are given the task may have no states.
TrainedDenoiser trained_denoiser(const DenoiserTask& task, const TransformerOptions& options,
                                 const networks::DiTShape& shape, const parallel::Team& team);

/// The model's identity: a line for everything that decides its weights.
std::string denoiser_identity(const DenoiserTask& task, const Facts& deciding,
                              torch::Device device);

}  // namespace syncgap::models
