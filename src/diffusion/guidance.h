#pragma once

#include <cstdint>

#include "core/options.h"

namespace syncgap::diffusion {

/// Classifier-free guidance of a denoiser (diffusion/denoisers.h). Free of LibTorch, so that a plan
/// can have it.
struct Guidance {
  double scale = 1;  ///< 1: none, and half the work; 0: the noise of no label
  /// Channels that are guided, the first ones. The published samples and their scales are of the
  /// first 3 of a latent's 4, which its authors call an oversight: 1.5 on 3 does what 1.375 does on
  /// all.
  std::int64_t channels = 3;

  bool is_none() const { return scale == 1; }
  /// Adds them to a table, as options whose names begin with `guid`. Binds the members.
  void describe(OptionTable& table);
};

}  // namespace syncgap::diffusion
