#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/options.h"

namespace syncgap::networks {

/// Sizes of a U-Net. Level l works on images of side S / 2^l with width * multipliers[l] channels.
struct UNetShape {
  std::int64_t image_channels = 2;
  std::int64_t width = 16;
  std::vector<std::int64_t> multipliers{1, 2, 2};
  std::int64_t blocks = 1;                       ///< residual blocks a level on the way down
  std::vector<std::int64_t> attention_levels{};  ///< levels whose blocks attend
  std::int64_t heads = 1;                        ///< of each attention
  std::int64_t groups = 8;                       ///< of each group norm

  /// Throws InputError where no network of these sizes exists for images of `side` pixels.
  void check(std::int64_t side) const;
  /// Adds every size but the images' to a table: what is described here is an option of every job,
  /// is part of a model's identity and stands in messages. Binds the members.
  void describe(OptionTable& table);
  /// All sizes on one line.
  std::string text() const;
};

}  // namespace syncgap::networks
