#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/choices.h"
#include "core/options.h"
#include "models/place.h"
#include "networks/dit_shape.h"
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

enum class NetworkKind { unet, dit };

inline constexpr Choices kNetworkKinds{std::pair{NetworkKind::unet, "unet"},
                                       std::pair{NetworkKind::dit, "dit"}};

/// What trains transformers: AdamW, a warm-up and a rate that falls along a cosine.
training::OptimizerOptions transformer_optimizer();

/// A denoiser that is a U-Net or a diffusion transformer, as a job chooses. Either sees the
/// replicas of a state as channels of one image, and is told no label and no coupling.
struct DenoiserOptions : DenoiserSettings {
  NetworkKind network = NetworkKind::unet;
  networks::UNetShape unet;
  networks::DiTShape dit;
  /// Of the transformer: rate, growth, decay and schedule; the rest is `training.optimizer`'s.
  training::OptimizerOptions dit_optimizer = transformer_optimizer();

  /// Binds the members. Those of the U-Net have their own names, the transformer's begin with dit_.
  void describe(OptionTable& table);

  /// Throws InputError, which names experiment.`side_option`, where there is no such network for
  /// states of so many channels in all and of `side` pixels.
  void check(std::int64_t channels, std::int64_t side, const char* side_option) const;
  /// The U-Net for states of so many channels in all.
  networks::UNetShape unet_shape(std::int64_t channels) const;
  /// The transformer for such states.
  networks::DiTShape dit_shape(std::int64_t channels, std::int64_t side) const;
  /// With the optimizer of the network that is chosen.
  training::TrainingOptions chosen_training() const;

  /// Seconds of one pass over one state on one processor, roughly: for estimates of cost.
  double pass_seconds(std::int64_t channels, std::int64_t side) const;
  /// Bytes of the widest tensors of such a pass, roughly.
  double pass_bytes(std::int64_t channels, std::int64_t side) const;
};

/// Seconds of so many operations of a transformer's matrix products on one processor, roughly.
double seconds_of(double operations);
/// Bytes of the widest tensors of a block, of the perceptron and of what goes around it.
double transformer_bytes(const networks::DiTShape& shape);

}  // namespace syncgap::models
