#include "models/pair_states.h"

#include "core/check.h"
#include "diffusion/coupled_modes.h"

namespace syncgap::models {

PairStates::PairStates(const data::ImageSet& images, const std::vector<std::uint32_t>& chosen,
                       data::Modality modality, double low) {
  const auto& shape = images.shape();
  require_input(shape.height == shape.width, "images of a U-Net are square (", to_text(shape),
                "): choose another data set");
  const std::size_t count = chosen.size();
  const std::int64_t channels = shape.channels, height = shape.height, width = shape.width;
  bank_ = torch::empty({2 * std::ssize(chosen), channels, height, width});
  auto* pixels = bank_.data_ptr<float>();
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<float> plain(pixels + i * shape.size(), shape.size());
    images.copy_image(chosen[i], plain);
    data::transform_image(modality, shape, plain,
                          {pixels + (count + i) * shape.size(), shape.size()});
    labels_.push_back(images.label(chosen[i]));
  }
  bank_.mul_(1 - low).add_(low);
}

torch::Tensor PairStates::rows(const data::EpochPairs& pairs, std::int64_t begin,
                               std::int64_t end) const {
  SYNCGAP_EXPECTS(begin >= 0 && begin <= end && end <= std::ssize(pairs.first));
  auto out = torch::empty({end - begin, 2}, torch::kInt64);
  auto* to = out.data_ptr<std::int64_t>();
  for (std::int64_t k = begin; k < end; ++k, to += 2) {
    const std::size_t at = k;
    const bool swapped = pairs.swapped[at] != 0;
    to[swapped ? 1 : 0] = pairs.first[at];
    to[swapped ? 0 : 1] = count() + pairs.second[at];
  }
  return out;
}

torch::Tensor PairStates::noise(const torch::Tensor& normals, double coupling_strength) const {
  return diffusion::couple_noise(normals, coupling_strength);
}

}  // namespace syncgap::models
