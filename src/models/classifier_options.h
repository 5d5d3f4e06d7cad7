#pragma once

#include <cstdint>
#include <string>

#include "core/options.h"
#include "networks/classifier_shape.h"
#include "training/training_options.h"

namespace syncgap::models {

/// A classifier of images and its training: the options every experiment that judges generated
/// images shares, beside the denoiser's.
struct ClassifierOptions {
  networks::ClassifierShape network;
  std::int64_t epochs = 3;
  std::int64_t batch = 64;
  double learning_rate = 2e-3;
  double noise = 0;
  std::int64_t shift = 0;

  /// Names begin with `classifier`. Binds the members.
  void describe(OptionTable& table);

  networks::ClassifierShape shape(std::int64_t channels, std::int64_t side, std::int64_t classes,
                                  networks::SignSymmetry symmetry) const;
  /// Shards and checkpoints are those of the denoiser; gradients are always added in fixed order.
  training::TrainingOptions training(const training::TrainingOptions& denoiser) const;
};

}  // namespace syncgap::models
