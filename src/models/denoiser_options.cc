#include "models/denoiser_options.h"

#include <cmath>

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

void DenoiserOptions::describe(OptionTable& table) {
  unet.describe(table);
  DenoiserSettings::describe(table);
}

networks::UNetShape DenoiserOptions::shape(std::int64_t image_channels) const {
  networks::UNetShape shape = unet;
  shape.image_channels = image_channels;
  return shape;
}

double DenoiserOptions::operations_per_pass(std::int64_t side) const {
  // Every pixel meets every pair of channels, 9 weights each, several times.
  const double pixels = to_real(side) * to_real(side);
  return pixels * std::pow(to_real(unet.width), 2) * 9 * 16 * to_real(unet.blocks);
}

}  // namespace syncgap::models
