#pragma once

#include <cstdint>

#include "core/options.h"
#include "models/denoiser_options.h"
#include "networks/dit_shape.h"

namespace syncgap::models {

/// A denoiser that is a diffusion transformer. It is trained on single images with AdamW, a warm-up
/// and, by default, a rate that falls along a cosine; labels are dropped at random, so that it
/// denoises without one as well.
struct TransformerOptions : DenoiserSettings {
  networks::DiTShape dit;
  double label_dropout = 0.1;

  TransformerOptions();
  /// Binds the members.
  void describe(OptionTable& table);

  /// The network for such images; classes 0: it is told no label. Throws InputError where there is
  /// none.
  networks::DiTShape shape(std::int64_t channels, std::int64_t side, std::int64_t classes) const;
};

}  // namespace syncgap::models
