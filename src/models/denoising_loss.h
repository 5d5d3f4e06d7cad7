#pragma once

#include <cstdint>
#include <string>
#include <torch/types.h>

#include "core/identity.h"
#include "core/random.h"
#include "data/pairing.h"
#include "diffusion/noise_schedule.h"
#include "diffusion/step_table.h"
#include "models/denoiser_network.h"
#include "models/training_states.h"
#include "networks/mixed_precision.h"

namespace syncgap::models {

/// What a denoiser is trained on. Start weights, pairs and noise depend on (sweep seed, seed)
/// alone: models that differ in g or pairing share them.
struct DenoiserTask {
  const TrainingStates* states = nullptr;
  data::Pairing pairing = data::Pairing::main;
  double coupling_strength = 0;
  const diffusion::NoiseSchedule* schedule = nullptr;
  std::uint64_t sweep_seed = 0;
  std::int64_t seed = 0;
  /// Labels the network is told, the states' own; 0: none. A share of them is dropped.
  std::int64_t told_classes = 0;
  double label_dropout = 0;
  Facts facts;  ///< that decide the weights beside this: images, transform, pixel scale, schedule
};

/// A batch of the denoising regression.
struct NoisedBatch {
  torch::Tensor states;  ///< sqrt(abar_t) z_0 + sqrt(1 - abar_t) eps, (B, P, C, H, W)
  torch::Tensor noise;   ///< eps, the target, (B, P, C, H, W)
  torch::Tensor steps;   ///< t, (B)
  torch::Tensor labels;  ///< told, (B) int64, `told_classes` where dropped; undefined if none are
};

/// The denoising loss (96) of pairs, noise and steps that are functions of (epoch, image).
class DenoisingLoss {
 public:
  /// The network outlives this and is on `device`. Images are copied there once; of a batch only
  /// their numbers, steps and noise are.
  DenoisingLoss(const DenoiserTask& task, DenoiserNetwork& network,
                torch::Device device = torch::kCPU,
                networks::Precision precision = networks::Precision::single);

  /// Mean loss over states [begin, end) of an epoch.
  torch::Tensor operator()(std::int64_t epoch, std::int64_t begin, std::int64_t end);
  NoisedBatch batch(std::int64_t epoch, std::int64_t begin, std::int64_t end);

 private:
  DenoiserTask task_;
  DenoiserNetwork* network_;
  torch::Tensor told_labels(std::int64_t epoch, std::int64_t begin, std::int64_t end) const;

  RandomStream pairs_stream_, noise_stream_, step_stream_, dropout_stream_;
  torch::Device device_;
  networks::Precision precision_;
  torch::Tensor bank_;  // images, on the device
  diffusion::StepTable signal_, noise_;
  data::EpochPairs pairs_;
  std::int64_t epoch_ = -1;
};

}  // namespace syncgap::models
