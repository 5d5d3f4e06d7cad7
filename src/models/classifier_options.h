#pragma once

#include <cstdint>
#include <string>

#include "core/options.h"
#include "models/denoiser_options.h"
#include "networks/classifier.h"
#include "training/trainer.h"

namespace syncgap::models {

/// Sizes and training of a classifier of pictures: the options every experiment that judges
/// generated images shares, beside the denoiser's.
struct ClassifierOptions {
  std::string kind = "cnn";
  std::int64_t width = 16;
  std::string stem = "small";
  std::int64_t epochs = 3;
  std::int64_t batch = 64;
  double learning_rate = 2e-3;
  double noise = 0;
  std::int64_t shift = 0;

  /// Names begin with `classifier`.
  void describe(OptionTable& table);

  networks::ClassifierShape shape(std::int64_t channels, std::int64_t side, std::int64_t classes,
                                  networks::SignSymmetry symmetry) const;
  /// Shards and checkpoints are those of the denoiser; gradients are always added in fixed order.
  training::TrainingOptions training(const DenoiserOptions& denoiser) const;
  /// One line that names everything here that decides the weights of a network of this shape.
  std::string identity(const networks::ClassifierShape& shape,
                       const DenoiserOptions& denoiser) const;
};

}  // namespace syncgap::models
