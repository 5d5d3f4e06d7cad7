#include "models/denoiser_options.h"

#include <cmath>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::models {

void DenoiserSettings::describe(OptionTable& table) {
  training.describe(table);
  // What the weights are is a fact of the record; where they lie is not.
  table
      .add("weights", weights, "",
           "file of the denoiser's weights, read in place of training: safetensors, an index of "
           "several, or a state dict or checkpoint of torch.save; empty: trained here")
      .path()
      .place();
  place.describe(table);
}

training::OptimizerOptions transformer_optimizer() {
  training::OptimizerOptions optimizer;
  optimizer.learning_rate = 1e-3;
  optimizer.warmup = 200;
  optimizer.rate = training::RateSchedule::cosine;
  return optimizer;
}

void DenoiserOptions::describe(OptionTable& table) {
  const std::string choice = "network", word_of_unet{kNetworkKinds.word(NetworkKind::unet)};
  table
      .add(choice, network, kNetworkKinds, "",
           "the denoiser: a U-Net, or a diffusion transformer, whose options begin with dit_; "
           "either sees the modalities of a state as channels of one image")
      .was(word_of_unet);
  table.only_with(choice, word_of_unet, [&] { unet.describe(table); });
  table.only_with(choice, std::string(kNetworkKinds.word(NetworkKind::dit)), [&] {
    dit.describe(table, "dit_");
    dit_optimizer.describe_rate(table, "dit_");
    dit_optimizer.describe_decay(table, "dit_");
  });
  DenoiserSettings::describe(table);
  for (const char* name : {"learning_rate", "warmup"})
    table.option(name, "the table of options")
        .only_with(table.option(choice, "the table of options"), word_of_unet);
}

void DenoiserOptions::check(std::int64_t channels, std::int64_t side,
                            const char* side_option) const {
  if (network == NetworkKind::unet) return unet_shape(channels).check(side);
  require_input(side % dit.patch == 0, "images are cut into whole patches (experiment.",
                side_option, " = ", side, ", experiment.dit_patch = ", dit.patch,
                "): take a patch that divides the side");
  dit_shape(channels, side).check();
}

networks::UNetShape DenoiserOptions::unet_shape(std::int64_t channels) const {
  networks::UNetShape shape = unet;
  shape.image_channels = channels;
  return shape;
}

networks::DiTShape DenoiserOptions::dit_shape(std::int64_t channels, std::int64_t side) const {
  networks::DiTShape shape = dit;
  shape.image_channels = channels;
  shape.side = side;
  return shape;
}

training::TrainingOptions DenoiserOptions::chosen_training() const {
  training::TrainingOptions chosen = training;
  if (network == NetworkKind::unet) return chosen;
  chosen.optimizer = dit_optimizer;
  chosen.optimizer.gradient_clip = training.optimizer.gradient_clip;
  chosen.optimizer.ema_decay = training.optimizer.ema_decay;
  return chosen;
}

double DenoiserOptions::pass_seconds(std::int64_t channels, std::int64_t side) const {
  if (network == NetworkKind::dit) return seconds_of(dit_shape(channels, side).operations());
  // Every pixel meets every pair of channels, 9 weights each, several times.
  constexpr double kRate = 2e10;
  const double pixels = to_real(side) * to_real(side);
  return pixels * std::pow(to_real(unet.width), 2) * 9 * 16 * to_real(unet.blocks) / kRate;
}

double DenoiserOptions::pass_bytes(std::int64_t channels, std::int64_t side) const {
  if (network == NetworkKind::dit) return transformer_bytes(dit_shape(channels, side));
  return 4 * to_real(channels * side * side) * 8 * to_real(unet.width);
}

double seconds_of(double operations) {
  constexpr double kRate = 4e10;
  return operations / kRate;
}

double transformer_bytes(const networks::DiTShape& shape) {
  return 4 * to_real(shape.tokens()) * to_real(16 * shape.width);
}

}  // namespace syncgap::models
