#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/options.h"
#include "networks/mixed_precision.h"
#include "networks/unet.h"
#include "training/trainer.h"

namespace syncgap::models {

/// Sizes and training of a denoiser: the options every experiment with a trained network shares.
struct DenoiserOptions {
  std::int64_t width = 16;
  std::vector<double> multipliers{1, 2, 2};
  std::int64_t blocks = 1;
  std::vector<double> attention_levels{};
  std::int64_t heads = 1;
  std::int64_t groups = 8;

  std::int64_t epochs = 20;
  std::int64_t batch = 128;
  double learning_rate = 2e-4;
  std::int64_t warmup = 0;
  double gradient_clip = 1;
  double ema_decay = 0.999;
  std::int64_t shards = 4;
  std::string summation = "fixed_order";
  double checkpoint_seconds = 60;
  std::string models = "out/models";
  std::string device = "auto";
  std::string precision = "single";

  void describe(OptionTable& table);

  networks::UNetShape shape(std::int64_t image_channels) const;
  training::TrainingOptions training() const;
  /// Where this rank's networks compute: `own`, its device, unless told otherwise or there is none.
  torch::Device place(const std::optional<int>& own) const;
  networks::Precision arithmetic() const;
  /// Operations of one pass over one image, roughly: for estimates of cost.
  double operations_per_pass(std::int64_t side) const;
  /// One line that names everything here that decides the trained weights.
  std::string identity(std::int64_t image_channels) const;
};

}  // namespace syncgap::models
