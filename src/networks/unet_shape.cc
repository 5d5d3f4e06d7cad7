#include "networks/unet_shape.h"

#include "core/check.h"
#include "core/identity.h"

namespace syncgap::networks {

void UNetShape::check(std::int64_t side) const {
  const std::int64_t levels = std::ssize(multipliers);
  require_input(levels > 0,
                "a U-Net needs at least one level (multipliers = []): give e.g. [1, 2]");
  require_input(image_channels > 0 && width > 0 && blocks > 0 && heads > 0 && groups > 0,
                "sizes of a U-Net are positive (", text(), "): correct the one that is not");
  require_input(width % 2 == 0, "the width of a U-Net is even (width = ", width,
                "): half of the step embedding are sines");
  for (const std::int64_t multiplier : multipliers)
    require_input(multiplier > 0 && width * multiplier % groups == 0,
                  "channels of each level divide into groups (width = ", width,
                  ", multiplier = ", multiplier, ", groups = ", groups,
                  "): change width or groups");
  require_input(width % groups == 0, "the width divides into groups (width = ", width,
                ", groups = ", groups, "): change one of them");
  for (const std::int64_t level : attention_levels) {
    require_input(level >= 0 && level < levels, "there is no level to attend at (attention_levels ",
                  "has ", level, ", levels are 0 to ", levels - 1, "): take one of them");
    require_input(width * multipliers[level] % heads == 0,
                  "channels of a level divide into heads (level ", level, ", heads = ", heads,
                  "): change width or heads");
  }
  const std::int64_t factor = std::int64_t{1} << (levels - 1);
  require_input(side % factor == 0, "images halve at each level (side ", side, ", ", levels,
                " levels need a multiple of ", factor, "): take fewer levels or pad the images");
}

void UNetShape::describe(OptionTable& table) {
  table.add("width", width, "", "channels of the U-Net's first level").at_least(2).at_most(4096);
  table.add("multipliers", multipliers, "", "channels of each level, in widths").at_least(1);
  table.add("blocks", blocks, "", "residual blocks a level").at_least(1).at_most(16);
  table.add("attention_levels", attention_levels, "", "levels with self-attention, 0 is the first")
      .at_least(0);
  table.add("heads", heads, "", "heads of each self-attention").at_least(1);
  table.add("groups", groups, "", "groups of each group norm").at_least(1);
}

std::string UNetShape::text() const {
  return concat("image_channels = ", image_channels, ", ", facts_line(deciding_options(*this)));
}

}  // namespace syncgap::networks
