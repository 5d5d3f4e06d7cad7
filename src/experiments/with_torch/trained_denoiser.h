#pragma once

#include <cstdint>
#include <string>

#include "data/pairing.h"
#include "diffusion/noise_schedule.h"
#include "diffusion/reverse.h"
#include "experiments/experiment.h"
#include "experiments/with_torch/denoiser_options.h"
#include "experiments/with_torch/pair_states.h"
#include "networks/unet.h"
#include "training/trainer.h"

namespace syncgap::experiments {

/// What a denoiser is trained on. Start weights, pairs and noise depend on (sweep seed, seed)
/// alone: models that differ in g or pairing share them.
struct DenoiserTask {
  const PairStates* states = nullptr;
  data::Pairing pairing = data::Pairing::main;
  double coupling_strength = 0;
  const diffusion::NoiseSchedule* schedule = nullptr;
  std::uint64_t sweep_seed = 0;
  std::int64_t seed = 0;
  std::string data_identity;  ///< names images, transform, pixel scale and schedule
};

struct TrainedDenoiser {
  networks::UNet network{nullptr};  ///< with averaged parameters, in evaluation mode
  training::TrainingCurves curves;
  std::int64_t parameters = 0;

  /// Same step for the whole batch.
  diffusion::Denoiser denoiser() const;
};

/// The model of this task: read from the folder of models if it was trained before, otherwise
/// trained by the ranks of the team, from its last checkpoint if there is one, and kept. Throws
/// UnitStopped where a drain leaves it half trained, UnitError if training diverges.
TrainedDenoiser trained_denoiser(const DenoiserTask& task, const DenoiserOptions& options,
                                 const RunContext& context);

}  // namespace syncgap::experiments
