#pragma once

#include <cstdint>

#include "diffusion/reverse.h"
#include "models/denoiser_options.h"
#include "models/denoising_loss.h"
#include "networks/unet.h"
#include "parallel/team.h"
#include "training/trainer.h"

namespace syncgap::models {

struct TrainedDenoiser {
  networks::UNet network{nullptr};  ///< with averaged parameters, in evaluation mode
  training::TrainingCurves curves;
  std::int64_t parameters = 0;
  torch::Device device = torch::kCPU;
  networks::Precision precision = networks::Precision::single;

  /// Same step for the whole batch, which comes back to where it was.
  diffusion::Denoiser denoiser() const;
};

/// The model of this task: read from the folder of models if it was trained before, otherwise
/// trained by the ranks of the team, from its last checkpoint if there is one, and kept. Throws
/// UnitStopped where a drain leaves it half trained, UnitError if training diverges.
TrainedDenoiser trained_denoiser(const DenoiserTask& task, const DenoiserOptions& options,
                                 const parallel::Team& team);

}  // namespace syncgap::models
