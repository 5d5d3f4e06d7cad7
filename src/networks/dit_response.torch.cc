#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "networks/dit.h"
#include "networks/dit_embeddings.h"

namespace syncgap::networks {

using torch::Tensor;

BlockResponse DiTImpl::response(std::int64_t block, const Tensor& tokens,
                                const Tensor& condition) const {
  return {blocks_[unsigned_size(block)]->layers(), shape_.heads, shape_.perceptron_norm_epsilon(),
          tokens, condition};
}

Tensor DiTImpl::embedded_changes(const Tensor& images) const {
  SYNCGAP_EXPECTS(images.dim() == 5, images.sizes());
  const auto patches = patches_of(images.flatten(0, 1), shape_.patch);  // (B T, N, C p p)
  const auto weight = patches_->weight.flatten(1).to(images.options());
  return torch::linear(patches, weight).unflatten(0, {images.size(0), -1}).transpose(1, 2);
}

Tensor DiTImpl::predicted_changes(const Tensor& tokens, const Tensor& changes,
                                  const Tensor& condition) const {
  const auto like = tokens.options();
  const auto scale =
      torch::linear(condition.to(like), modulation_->weight.to(like), modulation_->bias.to(like))
          .chunk(2, 1)[1];
  const auto normed = NormedTokens(tokens, kFirstNormEpsilon).tangent(changes) * (scale + 1);
  const auto patches =
      torch::linear(normed, out_->weight.to(like)).transpose(1, 2);  // (B, T, N, .)
  return images_of(patches.flatten(0, 1), shape_.patch, shape_.output_channels())
      .narrow(1, 0, shape_.image_channels)
      .unflatten(0, {tokens.size(0), -1});
}

}  // namespace syncgap::networks
