#include "networks/vae_decoder.h"

#include <algorithm>
#include <array>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/check.h"
#include "core/expect_shape.h"
#include "core/numbers.h"
#include "networks/activated_norm.h"
#include "networks/attention_by_rows.h"
#include "networks/loaded_layers.h"
#include "networks/weight_file.h"

namespace syncgap::networks {
namespace {

namespace nn = torch::nn;
using torch::Tensor;
using Tensors = std::map<std::string, Tensor>;

constexpr std::int64_t kScoresHeld = std::int64_t{1} << 21;  // 8 MiB in single

nn::GroupNorm group_norm(std::int64_t channels, const VaeShape& shape) {
  nn::GroupNorm norm(nn::GroupNormOptions(shape.groups, channels).eps(VaeShape::kEpsilon));
  freeze(*norm);
  return norm;
}

/// Nearest neighbours: each pixel becomes four.
Tensor doubled(const Tensor& x) {
  return at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
}

/// Puts `to` where the name begins with `from`.
bool replace_front(std::string& name, std::string_view from, std::string_view to) {
  if (!name.starts_with(from)) return false;
  name.replace(0, from.size(), to);
  return true;
}

/// The number at `at`, and where it ends; -1 where there is none.
std::pair<std::int64_t, std::size_t> number_at(const std::string& name, std::size_t at) {
  std::int64_t value = -1;
  const char* begin = name.data() + std::min(at, name.size());
  const auto end = std::from_chars(begin, name.data() + name.size(), value);
  return {end.ec == std::errc() ? value : -1, unsigned_size(end.ptr - name.data())};
}

constexpr std::string_view kAttention = "decoder.mid_block.attentions.0.";

/// Original names beginning with "decoder.", but those of its attention, and what they became.
constexpr std::array<std::array<std::string_view, 2>, 4> kOriginalFronts{
    {{"decoder.mid.block_1.", "decoder.mid_block.resnets.0."},
     {"decoder.mid.block_2.", "decoder.mid_block.resnets.1."},
     {"decoder.mid.attn_1.", kAttention},
     {"decoder.norm_out.", "decoder.conv_norm_out."}}};

/// Layers of the attention under their original and their older names.
constexpr std::array<std::array<std::string_view, 2>, 9> kAttentionLayers{
    {{"norm.", "group_norm."},
     {"q.", "to_q."},
     {"k.", "to_k."},
     {"v.", "to_v."},
     {"proj_out.", "to_out.0."},
     {"query.", "to_q."},
     {"key.", "to_k."},
     {"value.", "to_v."},
     {"proj_attn.", "to_out.0."}}};

/// decoder.up.K.block.J.nin_shortcut.* -> decoder.up_blocks.(L-1-K).resnets.J.conv_shortcut.*
std::string renamed_level(const std::string& name, const VaeShape& shape) {
  constexpr std::string_view kFront = "decoder.up.";
  const auto [level, end] = number_at(name, kFront.size());
  if (level < 0 || level >= shape.levels()) return name;
  std::string rest = name.substr(end);
  if (replace_front(rest, ".block.", ".resnets.")) {
    constexpr std::string_view kOld = ".nin_shortcut.";
    const auto at = rest.find(kOld);
    if (at != std::string::npos) rest.replace(at, kOld.size(), ".conv_shortcut.");
  } else if (!replace_front(rest, ".upsample.", ".upsamplers.0.")) {
    return name;
  }
  return concat("decoder.up_blocks.", shape.levels() - 1 - level, rest);
}

std::string renamed(std::string name, const VaeShape& shape) {
  if (name.starts_with("decoder.up.")) return renamed_level(name, shape);
  for (const auto& [from, to] : kOriginalFronts)
    if (replace_front(name, from, to)) break;
  if (!name.starts_with(kAttention)) return name;
  std::string layer = name.substr(kAttention.size());
  for (const auto& [from, to] : kAttentionLayers)
    if (replace_front(layer, from, to)) break;
  return std::string(kAttention) + layer;
}

/// Tensors of a file that are not the decoder's.
bool is_passed_over(const std::string& name) {
  const auto begins = [&](std::string_view front) { return name.starts_with(front); };
  return begins("encoder.") || begins("quant_conv.") || begins("loss.") || begins("model_ema.");
}

}  // namespace

VaeResidualImpl::VaeResidualImpl(std::int64_t in, std::int64_t out, const VaeShape& shape)
    : norm1_(register_module("norm1", group_norm(in, shape))),
      norm2_(register_module("norm2", group_norm(out, shape))),
      conv1_(register_module("conv1", loaded_convolution(in, out, 3))),
      conv2_(register_module("conv2", loaded_convolution(out, out, 3))) {
  if (in != out) shortcut_ = register_module("conv_shortcut", loaded_convolution(in, out, 1));
}

Tensor VaeResidualImpl::forward(const Tensor& x) {
  auto h = conv1_(activated_norm(norm1_, x, Tensor(), Activation::silu));
  h = conv2_(activated_norm(norm2_, h, Tensor(), Activation::silu));
  return h.add_(shortcut_ ? shortcut_(x) : x);  // nobody else needs h
}

VaeAttentionImpl::VaeAttentionImpl(std::int64_t channels, const VaeShape& shape)
    : norm_(register_module("group_norm", group_norm(channels, shape))),
      q_(register_module("to_q", loaded_linear(channels, channels))),
      k_(register_module("to_k", loaded_linear(channels, channels))),
      v_(register_module("to_v", loaded_linear(channels, channels))) {
  out_ = name_level(*this, "to_out")->register_module("0", loaded_linear(channels, channels));
}

Tensor VaeAttentionImpl::forward(const Tensor& x) {
  const auto pixels =
      activated_norm(norm_, x, Tensor(), Activation::none).flatten(2).transpose(1, 2);  // (B, N, C)
  const auto mixed = out_(attention_by_rows(q_(pixels), k_(pixels), v_(pixels), kScoresHeld));
  return x + mixed.transpose(1, 2).reshape(x.sizes());
}

VaeDecoderImpl::VaeDecoderImpl(VaeShape shape) : shape_(std::move(shape)) {
  shape_.check();
  const auto latent = shape_.latent_channels, middle = shape_.widths.back();
  post_quant_ = register_module("post_quant_conv", loaded_convolution(latent, latent, 1));
  const auto decoder = name_level(*this, "decoder");
  in_ = decoder->register_module("conv_in", loaded_convolution(latent, middle, 3));
  const auto mid = name_level(*decoder, "mid_block");
  const auto residuals = name_level(*mid, "resnets");
  before_ = residuals->register_module("0", VaeResidual(middle, middle, shape_));
  after_ = residuals->register_module("1", VaeResidual(middle, middle, shape_));
  attention_ = name_level(*mid, "attentions")->register_module("0", VaeAttention(middle, shape_));
  const auto levels = name_level(*decoder, "up_blocks");
  std::int64_t channels = middle;
  for (std::int64_t k = 0; k < shape_.levels(); ++k) {
    const auto out = *(shape_.widths.rbegin() + k);
    const auto names = name_level(*levels, std::to_string(k));
    const auto blocks = name_level(*names, "resnets");
    Level& level = levels_.emplace_back();
    for (std::int64_t j = 0; j < shape_.blocks; ++j, channels = out)
      level.blocks.push_back(
          blocks->register_module(std::to_string(j), VaeResidual(channels, out, shape_)));
    if (k + 1 == shape_.levels()) continue;
    const auto enlarged = name_level(*name_level(*names, "upsamplers"), "0");
    level.enlarged = enlarged->register_module("conv", loaded_convolution(out, out, 3));
  }
  norm_ = decoder->register_module("conv_norm_out", group_norm(channels, shape_));
  out_ =
      decoder->register_module("conv_out", loaded_convolution(channels, shape_.image_channels, 3));
}

Tensor VaeDecoderImpl::decode(const Tensor& latent) {
  auto x = in_(post_quant_(latent));
  x = after_(attention_(before_(x)));
  for (Level& level : levels_) {
    for (VaeResidual& block : level.blocks) x = block(x);
    if (level.enlarged) x = level.enlarged(doubled(x));
  }
  return out_(activated_norm(norm_, x, Tensor(), Activation::silu));
}

Tensor VaeDecoderImpl::forward(const Tensor& latents, double scaling) {
  require_input(latents.dim() == 4 && latents.size(1) == shape_.latent_channels &&
                    latents.size(2) > 0 && latents.size(3) > 0,
                "latents are a batch with the decoder's channels (they are ",
                shape_text(latents.sizes()), ", expected (B, ", shape_.latent_channels, ", h, w))");
  require_input(std::isfinite(scaling) && scaling > 0,
                "latents are divided by a positive number (scaling = ", scaling,
                "): ", VaeShape::kScaling, " is that of Stable Diffusion 1");
  const c10::impl::ExcludeDispatchKeyGuard single(c10::autocast_dispatch_keyset);
  const auto own = latents.to(in_->weight.scalar_type()) / scaling;
  const auto rows = latents.size(0), factor = shape_.factor();
  if (rows == 0)
    return latents.new_empty(
        {0, shape_.image_channels, factor * latents.size(2), factor * latents.size(3)});
  std::vector<Tensor> images;
  for (std::int64_t row = 0; row < rows; ++row)
    images.push_back(decode(own.slice(0, row, row + 1)).contiguous());
  return torch::cat(images).to(latents.scalar_type());
}

Tensors vae_decoder_tensors(const Tensors& published, const VaeShape& shape) {
  constexpr std::string_view kPrefix = "first_stage_model.";
  const auto has_prefix = [&](const auto& item) { return item.first.starts_with(kPrefix); };
  const bool prefixed = std::any_of(published.begin(), published.end(), has_prefix);
  Tensors tensors;
  for (const auto& item : published) {
    if (prefixed && !has_prefix(item)) continue;
    const auto given = item.first.substr(prefixed ? kPrefix.size() : 0);
    if (is_passed_over(given)) continue;
    const auto name = renamed(given, shape);
    auto tensor = item.second;
    if (name.starts_with(kAttention) && tensor.dim() == 4 && tensor.size(2) == 1 &&
        tensor.size(3) == 1)
      tensor = tensor.flatten(1);
    require_input(tensors.emplace(name, tensor).second,
                  "a tensor of the decoder is there under two names (", name, ", once as ", given,
                  "): take a file with names of one kind");
  }
  return tensors;
}

void load_vae_decoder(VaeDecoder& network, const Tensors& published, const std::string& where) {
  load_tensors(*network, vae_decoder_tensors(published, network->shape()), where);
}

}  // namespace syncgap::networks
