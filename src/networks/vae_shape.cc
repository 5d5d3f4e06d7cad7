#include "networks/vae_shape.h"

#include <algorithm>

#include "core/check.h"
#include "core/expect_shape.h"
#include "core/numbers.h"

namespace syncgap::networks {
namespace {

constexpr std::int64_t kMaxLevels = 16;  // an image would have 32,768 pixels for one of its latent

/// Visits each layer: visit(inputs, outputs, kernel's side, level); norms as norm(channels).
template <class Layer, class Norm>
void visit_layers(const VaeShape& shape, const Layer& layer, const Norm& norm) {
  const std::int64_t coarsest = shape.levels() - 1, middle = shape.widths.back();
  const auto residual = [&](std::int64_t in, std::int64_t out, std::int64_t level) {
    norm(in);
    layer(in, out, 3, level);
    norm(out);
    layer(out, out, 3, level);
    if (in != out) layer(in, out, 1, level);
  };
  layer(shape.latent_channels, shape.latent_channels, 1, coarsest);
  layer(shape.latent_channels, middle, 3, coarsest);
  residual(middle, middle, coarsest);
  norm(middle);
  for (int product = 0; product < 4; ++product) layer(middle, middle, 1, coarsest);
  residual(middle, middle, coarsest);
  std::int64_t channels = middle;
  for (std::int64_t level = coarsest; level >= 0; --level) {
    const std::int64_t out = shape.widths[unsigned_size(level)];
    for (std::int64_t block = 0; block < shape.blocks; ++block) {
      residual(channels, out, level);
      channels = out;
    }
    if (level > 0) layer(out, out, 3, level - 1);
  }
  norm(channels);
  layer(channels, shape.image_channels, 3, 0);
}

}  // namespace

std::int64_t VaeShape::levels() const { return signed_size(widths.size()); }

void VaeShape::check() const {
  require_input(latent_channels > 0 && image_channels > 0 && blocks > 0 && groups > 0,
                "sizes of a decoder are positive (", text(), "): correct the one that is not");
  require_input(levels() >= 1 && levels() <= kMaxLevels, "a decoder has 1 to ", kMaxLevels,
                " levels (widths = ", shape_text(widths), "): give one width for each");
  require_input(std::all_of(widths.begin(), widths.end(),
                            [&](std::int64_t width) { return width > 0 && width % groups == 0; }),
                "widths of a decoder are multiples of its groups (widths = ", shape_text(widths),
                ", groups = ", groups, "): change one of them");
}

std::string VaeShape::text() const {
  return concat("latent_channels = ", latent_channels, ", image_channels = ", image_channels,
                ", widths = ", shape_text(widths), ", blocks = ", blocks, ", groups = ", groups);
}

std::int64_t VaeShape::weights() const {
  std::int64_t sum = 0;
  visit_layers(
      *this,
      [&](std::int64_t in, std::int64_t out, std::int64_t size, std::int64_t) {
        sum += (in * size * size + 1) * out;
      },
      [&](std::int64_t channels) { sum += 2 * channels; });
  return sum;
}

double VaeShape::operations(std::int64_t height, std::int64_t width) const {
  const double latent = to_real(height) * to_real(width);
  double sum = 4 * latent * latent * to_real(widths.back());  // scores, and what they weigh
  visit_layers(
      *this,
      [&](std::int64_t in, std::int64_t out, std::int64_t size, std::int64_t level) {
        const double side = to_real(std::int64_t{1} << (levels() - 1 - level));
        sum += 2 * to_real(in * size * size) * to_real(out) * latent * side * side;
      },
      [](std::int64_t) {});
  return sum;
}

}  // namespace syncgap::networks
