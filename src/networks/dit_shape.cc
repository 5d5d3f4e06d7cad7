#include "networks/dit_shape.h"

#include "core/check.h"
#include "core/identity.h"
#include "core/numbers.h"

namespace syncgap::networks {

DiTShape DiTShape::published(std::string_view name, std::int64_t side) {
  for (const DiTSize& size : kDiTSizes)
    for (const std::int64_t patch : {2, 4, 8}) {
      if (name != concat(size.name, "/", patch)) continue;
      DiTShape shape{.image_channels = 4,
                     .side = side,
                     .patch = patch,
                     .width = size.width,
                     .depth = size.depth,
                     .heads = size.heads,
                     .classes = 1000,
                     .learned_variance = true};
      shape.check();
      return shape;
    }
  throw InputError(concat("no transformer is published under this name ('", name,
                          "'): take S, B, L or XL with a patch of 2, 4 or 8, as in XL/2"));
}

double DiTShape::perceptron_norm_epsilon() const {
  return perceptron_norm == DiTRules::original ? 1e-6 : 1e-5;
}

void DiTShape::check() const {
  require_input(image_channels > 0 && side > 0 && patch > 0 && width > 0 && depth > 0 && heads > 0,
                "sizes of a transformer are positive (", text(), "): correct the one that is not");
  require_input(classes >= 0, "a network cannot know less than no class (classes = ", classes,
                "): give 0 for one that is told no label");
  require_input(side % patch == 0, "images are cut into whole patches (side ", side,
                ", patch = ", patch, "): take a patch that divides the side, or pad the images");
  require_input(width % 4 == 0, "the width of a transformer is a multiple of 4 (width = ", width,
                "): a quarter each are sines and cosines of the column and of the row");
  require_input(width % heads == 0, "the width divides into heads (width = ", width,
                ", heads = ", heads, "): change one of them");
}

void DiTShape::describe(OptionTable& table, const std::string& prefix) {
  table.add(prefix + "patch", patch, "", "side of a patch, in pixels; a patch is a token")
      .at_least(1);
  table
      .add(prefix + "width", width, "D",
           "channels of a token; with fewer than its numbers and one, image channels times patch "
           "squared plus one, not all its noise passes: the loss stays above the share left out")
      .at_least(4)
      .at_most(16384);
  table.add(prefix + "depth", depth, "L", "blocks of the transformer").at_least(1).at_most(1024);
  table.add(prefix + "heads", heads, "", "heads of each self-attention").at_least(1);
  table.add(prefix + "learned_variance", learned_variance, "",
            "whether the network also says the variance of the reverse step");
  table.add(prefix + "step_embedding", step_embedding, kDiTRules, "",
            "whose exponents embed the step: they differ most at late times");
  table.add(prefix + "perceptron_norm", perceptron_norm, kDiTRules, "",
            "whose constant is in a block's second norm, 1e-6 or 1e-5");
}

std::string DiTShape::text() const {
  return concat("image_channels = ", image_channels, ", side = ", side, ", classes = ", classes,
                ", ", facts_line(deciding_options(*this)));
}

std::int64_t DiTShape::weights() const {
  const auto linear = [](std::int64_t in, std::int64_t out) { return (in + 1) * out; };
  const std::int64_t pixels = patch * patch, d = width;
  const std::int64_t embeddings = tokens() * d + linear(pixels * image_channels, d) +
                                  linear(kStepFrequencies, d) + linear(d, d) +
                                  (classes > 0 ? (classes + 1) * d : 0);
  const std::int64_t block =
      linear(d, 6 * d) + linear(d, 3 * d) + linear(d, d) + linear(d, 4 * d) + linear(4 * d, d);
  const std::int64_t output = linear(d, 2 * d) + linear(d, pixels * output_channels());
  return embeddings + depth * block + output;
}

double DiTShape::operations(std::int64_t replicas) const {
  const double d = to_real(width), n = to_real(tokens() * replicas), seen = to_real(tokens());
  const double pixels = to_real(patch * patch), layers = to_real(depth);
  // Of the row: its step, and the shifts, scales and gates that follow from it.
  const double row = to_real(kStepFrequencies) * d + d * d + layers * 6 * d * d + 2 * d * d;
  const double token = pixels * to_real(image_channels + output_channels()) * d +
                       layers * (12 * d * d + 2 * seen * d);
  return 2 * (row + n * token);
}

double DiTShape::coupled_operations(std::int64_t replicas, std::int64_t links) const {
  const double n = to_real(tokens());
  return operations(replicas) + 2 * to_real(depth) * to_real(links) * n * 2 * n * to_real(width);
}

}  // namespace syncgap::networks
