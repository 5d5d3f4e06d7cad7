#include "networks/resnet50_shape.h"

#include <algorithm>

#include "core/check.h"
#include "core/expect_shape.h"

namespace syncgap::networks {

void ResNet50Shape::check() const {
  require_input(
      width > 0 && classes > 0 &&
          std::all_of(blocks.begin(), blocks.end(), [](std::int64_t many) { return many > 0; }),
      "sizes of a residual network are positive (", text(), "): correct the one that is not");
}

std::string ResNet50Shape::text() const {
  return concat("blocks = ", shape_text(blocks), ", width = ", width, ", classes = ", classes);
}

std::int64_t ResNet50Shape::weights() const {
  const auto normed = [](std::int64_t in, std::int64_t out, std::int64_t size) {
    return (in * size * size + 2) * out;  // no bias, but the norm's two numbers
  };
  std::int64_t sum = normed(3, width, 7), channels = width, inside = width;
  for (const std::int64_t many : blocks) {
    const std::int64_t out = kExpansion * inside;
    sum += normed(channels, out, 1);  // around the first block
    for (std::int64_t block = 0; block < many; ++block, channels = out)
      sum += normed(channels, inside, 1) + normed(inside, inside, 3) + normed(inside, out, 1);
    inside *= 2;
  }
  return sum + (channels + 1) * classes;
}

}  // namespace syncgap::networks
