#include "experiments/with_torch/pair_states.h"

#include "core/check.h"
#include "diffusion/coupled_modes.h"

namespace syncgap::experiments {

PairStates::PairStates(const data::ImageSet& images, const std::vector<std::uint32_t>& chosen,
                       data::Modality modality, double low) {
  const auto& shape = images.shape();
  require_input(shape.height == shape.width, "images of a U-Net are square (", to_text(shape),
                "): choose another data set");
  const auto extent = [](std::size_t value) { return static_cast<std::int64_t>(value); };
  const std::vector<std::int64_t> sizes{extent(chosen.size()), extent(shape.channels),
                                        extent(shape.height), extent(shape.width)};
  plain_ = torch::empty(sizes);
  transformed_ = torch::empty(sizes);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const std::span<float> plain(plain_.data_ptr<float>() + i * shape.size(), shape.size());
    images.copy_image(chosen[i], plain);
    data::transform_image(modality, shape, plain,
                          {transformed_.data_ptr<float>() + i * shape.size(), shape.size()});
    labels_.push_back(images.label(chosen[i]));
  }
  for (torch::Tensor* pixels : {&plain_, &transformed_}) pixels->mul_(1 - low).add_(low);
}

torch::Tensor PairStates::states(const data::EpochPairs& pairs, std::int64_t begin,
                                 std::int64_t end) const {
  SYNCGAP_EXPECTS(begin >= 0 && begin <= end &&
                  end <= static_cast<std::int64_t>(pairs.first.size()));
  const std::int64_t channels = plain_.size(1), size = channels * plain_.size(2) * plain_.size(3);
  auto out = torch::empty({end - begin, 2 * channels, plain_.size(2), plain_.size(3)});
  auto* to = out.data_ptr<float>();
  for (std::int64_t k = begin; k < end; ++k, to += 2 * size) {
    const auto at = static_cast<std::size_t>(k);
    const float* first = plain_.data_ptr<float>() + size * pairs.first[at];
    const float* second = transformed_.data_ptr<float>() + size * pairs.second[at];
    const bool swapped = pairs.swapped[at] != 0;
    std::copy_n(first, size, swapped ? to + size : to);
    std::copy_n(second, size, swapped ? to : to + size);
  }
  return out;
}

torch::Tensor PairStates::noise(const torch::Tensor& normals, double coupling_strength) const {
  return diffusion::couple_noise(normals, coupling_strength);
}

}  // namespace syncgap::experiments
