#include "networks/unet.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/numbers.h"
#include "networks/activated_norm.h"

namespace syncgap::networks {
namespace {

namespace nn = torch::nn;
using torch::Tensor;

nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t size,
                       std::int64_t stride = 1) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, size).stride(stride).padding(size / 2));
}

/// Starts at zero: what it is added to passes unchanged until training says otherwise.
nn::Conv2d silent_convolution(std::int64_t in, std::int64_t out, std::int64_t size) {
  auto layer = convolution(in, out, size);
  const torch::NoGradGuard no_grad;
  layer->weight.zero_();
  layer->bias.zero_();
  return layer;
}

nn::GroupNorm group_norm(std::int64_t channels, const UNetShape& shape) {
  return nn::GroupNorm(nn::GroupNormOptions(shape.groups, channels));
}

bool contains(const std::vector<std::int64_t>& values, std::int64_t value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

Tensor embed_steps(const Tensor& steps, std::int64_t size) {
  const std::int64_t half = size / 2;
  const auto rates = torch::exp(torch::arange(half, steps.options().dtype(torch::kFloat32)) *
                                (-std::log(1e4) / to_real(half)));     // (half)
  const auto angles = steps.to(torch::kFloat32).unsqueeze(1) * rates;  // (B, half)
  return torch::cat({torch::cos(angles), torch::sin(angles)}, 1);      // (B, size)
}

ResidualBlockImpl::ResidualBlockImpl(std::int64_t in, std::int64_t out, std::int64_t embedding,
                                     const UNetShape& shape)
    : norm1_(register_module("norm1", group_norm(in, shape))),
      norm2_(register_module("norm2", group_norm(out, shape))),
      conv1_(register_module("conv1", convolution(in, out, 3))),
      conv2_(register_module("conv2", silent_convolution(out, out, 3))),
      step_(register_module("step", nn::Linear(embedding, out))) {
  if (in != out) skip_ = register_module("skip", convolution(in, out, 1));
}

Tensor ResidualBlockImpl::forward(const Tensor& x, const Tensor& step) {
  auto h = conv1_(activated_norm(norm1_, x, Tensor(), Activation::silu));  // (B, C_out, H, W)
  h = conv2_(activated_norm(norm2_, h, step_(step), Activation::silu));
  return h.add_(skip_ ? skip_(x) : x);  // nobody else needs h
}

PixelAttentionImpl::PixelAttentionImpl(std::int64_t channels, const UNetShape& shape)
    : heads_(shape.heads),
      norm_(register_module("norm", group_norm(channels, shape))),
      qkv_(register_module("qkv", convolution(channels, 3 * channels, 1))),
      out_(register_module("out", silent_convolution(channels, channels, 1))) {}

Tensor PixelAttentionImpl::forward(const Tensor& x) {
  const auto batch = x.size(0), channels = x.size(1), pixels = x.size(2) * x.size(3);
  const auto size = channels / heads_;
  const auto qkv = qkv_(activated_norm(norm_, x, Tensor(), Activation::none))
                       .reshape({batch, 3, heads_, size, pixels});              // (B, 3, h, c, P)
  const auto q = qkv.select(1, 0), k = qkv.select(1, 1), v = qkv.select(1, 2);  // (B, h, c, P)
  const auto scale = 1.0 / std::sqrt(to_real(size));
  const auto weights =
      torch::softmax(torch::matmul(q.transpose(2, 3), k) * scale, -1);  // (B,h,P,P)
  const auto mixed = torch::matmul(v, weights.transpose(2, 3));         // (B, h, c, P)
  return out_(mixed.reshape(x.sizes()).contiguous(x.suggest_memory_format())).add_(x);
}

UNetImpl::UNetImpl(UNetShape shape) : shape_(std::move(shape)) {
  const std::int64_t embedding = 4 * shape_.width;
  const auto levels = shape_.multipliers.size();
  embed1_ = register_module("embed1", nn::Linear(shape_.width, embedding));
  embed2_ = register_module("embed2", nn::Linear(embedding, embedding));
  in_ = register_module("in", convolution(shape_.image_channels, shape_.width, 3));

  std::int64_t channels = shape_.width;
  std::vector<std::int64_t> kept{channels};
  for (std::size_t level = 0; level < levels; ++level) {
    const bool attends = contains(shape_.attention_levels, signed_size(level));
    const std::int64_t out = shape_.width * shape_.multipliers[level];
    for (std::int64_t k = 0; k < shape_.blocks; ++k) {
      down_.push_back(make_stage(concat("down", level, "_", k), channels, out, attends));
      kept.push_back(channels = out);
    }
    if (level + 1 < levels) {
      Stage half;
      half.resize = register_module(concat("halve", level), convolution(out, out, 3, 2));
      down_.push_back(half);
      kept.push_back(out);
    }
  }
  const bool attends = contains(shape_.attention_levels, signed_size(levels) - 1);
  middle_.push_back(make_stage("middle0", channels, channels, attends));
  middle_.push_back(make_stage("middle1", channels, channels, false));
  for (std::size_t level = levels; level-- > 0;) {
    const std::int64_t out = shape_.width * shape_.multipliers[level];
    for (std::int64_t k = 0; k <= shape_.blocks; ++k) {
      up_.push_back(make_stage(concat("up", level, "_", k), channels + kept.back(), out,
                               contains(shape_.attention_levels, signed_size(level))));
      kept.pop_back();
      channels = out;
    }
    if (level > 0)
      up_.back().resize = register_module(concat("double", level), convolution(out, out, 3));
  }
  norm_ = register_module("norm", group_norm(channels, shape_));
  out_ = register_module("out", silent_convolution(channels, shape_.image_channels, 3));
}

UNetImpl::Stage UNetImpl::make_stage(const std::string& name, std::int64_t in, std::int64_t out,
                                     bool attends) {
  Stage stage;
  stage.block = register_module(name, ResidualBlock(in, out, 4 * shape_.width, shape_));
  if (attends) stage.attention = register_module(name + "_attention", PixelAttention(out, shape_));
  return stage;
}

Tensor UNetImpl::run(Stage& stage, Tensor x, const Tensor& step) {
  if (stage.block) x = stage.block(x, step);
  if (stage.attention) x = stage.attention(x);
  return x;
}

Tensor UNetImpl::forward(const Tensor& images, const Tensor& steps) {
  const auto embedded = embed_steps(steps, shape_.width).to(images.scalar_type());
  const auto step = torch::silu(embed2_(torch::silu(embed1_(embedded))));  // (B, 4 width)
  const bool single = images.scalar_type() == torch::kFloat32;
  auto x = in_(single ? images.contiguous(torch::MemoryFormat::ChannelsLast) : images);
  std::vector<Tensor> kept{x};
  for (Stage& stage : down_) {
    x = run(stage, x, step);
    if (stage.resize) x = stage.resize(x);
    kept.push_back(x);
  }
  for (Stage& stage : middle_) x = run(stage, x, step);
  for (Stage& stage : up_) {
    x = run(stage, torch::cat({x, kept.back()}, 1), step);
    kept.pop_back();
    if (stage.resize)
      x = stage.resize(torch::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}));
  }
  return out_(activated_norm(norm_, x, Tensor(), Activation::silu))
      .to(images.scalar_type())
      .contiguous();
}

}  // namespace syncgap::networks
