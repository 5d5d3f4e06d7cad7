#pragma once

#include <cstdint>
#include <string>

#include "core/options.h"
#include "models/place.h"
#include "networks/unet_shape.h"
#include "training/training_options.h"

namespace syncgap::models {

/// How any denoiser is trained or where its weights are, and where it computes. Each part describes
/// itself: a new option is one edit there.
struct DenoiserSettings {
  training::TrainingOptions training;
  std::string weights;  ///< file to read them from; empty: trained here
  Place place;

  /// Binds the members.
  void describe(OptionTable& table);
};

/// A denoiser that is a U-Net.
struct DenoiserOptions : DenoiserSettings {
  networks::UNetShape unet;

  /// Binds the members.
  void describe(OptionTable& table);

  /// The network for states of P replicas of C channels. Throws InputError where there is none.
  networks::UNetShape shape(std::int64_t image_channels) const;
  /// Operations of one pass over one image, roughly: for estimates of cost.
  double operations_per_pass(std::int64_t side) const;
};

}  // namespace syncgap::models
