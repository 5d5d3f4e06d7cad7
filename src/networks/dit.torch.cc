#include "networks/dit.h"

#include <cmath>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/container/sequential.h>
#include <utility>

#include "core/check.h"
#include "core/expect_shape.h"
#include "core/numbers.h"
#include "networks/dit_embeddings.h"
#include "networks/gelu.h"
#include "networks/initialize.h"
#include "networks/loaded_layers.h"

namespace syncgap::networks {
namespace {

namespace nn = torch::nn;
using torch::Tensor;

/// The linear layer "1" behind a SiLU "0", which every user of the condition would repeat: it is
/// applied once, to the condition.
nn::Linear modulation(nn::Module& parent, std::int64_t width, std::int64_t parts) {
  auto layer = zero_linear(width, parts * width);
  parent.register_module("adaLN_modulation", nn::Sequential(nn::SiLU(), layer));
  return layer;
}

/// (B, parts D) -> parts of (B, 1, D), of the tokens' type
std::vector<Tensor> parts_of(const Tensor& modulation, std::int64_t parts, const Tensor& tokens) {
  return modulation.to(tokens.scalar_type()).view({modulation.size(0), 1, -1}).chunk(parts, 2);
}

/// norm(x) (1 + scale) + shift
Tensor modulated(const Tensor& x, const Tensor& shift, const Tensor& scale, double epsilon) {
  const auto normed = torch::layer_norm(x, {x.size(2)}, {}, {}, epsilon);
  return torch::addcmul(shift, normed, 1 + scale);
}

Tensor gated_sum(const Tensor& x, const Tensor& gate, const Tensor& change) {
  return torch::addcmul(x, gate, change.to(x.scalar_type()));
}

}  // namespace

DiTBlockImpl::DiTBlockImpl(const DiTShape& shape)
    : heads_(shape.heads), epsilon_(shape.perceptron_norm_epsilon()) {
  const auto width = shape.width;
  const auto attention = name_level(*this, "attn"), perceptron = name_level(*this, "mlp");
  layers_.qkv = attention->register_module("qkv", zero_linear(width, 3 * width));
  layers_.proj = attention->register_module("proj", zero_linear(width, width));
  layers_.fc1 = perceptron->register_module("fc1", zero_linear(width, 4 * width));
  layers_.fc2 = perceptron->register_module("fc2", zero_linear(4 * width, width));
  layers_.modulation = modulation(*this, width, 6);
}

Replicas DiTBlockImpl::forward(const Replicas& tokens, const Tensor& condition,
                               const CoupledRows& coupled) {
  const auto parts = parts_of(layers_.modulation(condition), 6, tokens[0]);
  Replicas qkv;
  for (const Tensor& x : tokens)
    qkv.push_back(layers_.qkv(modulated(x, parts[0], parts[1], kFirstNormEpsilon)));
  auto out = replica_attention(qkv, heads_, coupled);
  for (std::size_t replica = 0; replica < tokens.size(); ++replica) {
    const auto x = gated_sum(tokens[replica], parts[2], layers_.proj(out[replica]));
    const auto hidden = layers_.fc1(modulated(x, parts[3], parts[4], epsilon_));
    out[replica] = gated_sum(x, parts[5], layers_.fc2(tanh_gelu(hidden)));
  }
  return out;
}

Tensor DiTBlockImpl::by_rows(const Tensor& tokens, const Tensor& condition,
                             const CoupledRows& coupled) {
  return by_rows_.forward(layers_, tokens, condition, coupled, heads_, epsilon_);
}

DiTImpl::DiTImpl(DiTShape shape) : shape_(std::move(shape)) {
  shape_.check();
  const auto width = shape_.width;
  positions_ = register_buffer("pos_embed", position_embedding(shape_));
  patches_ =
      name_level(*this, "x_embedder")
          ->register_module("proj",
                            nn::Conv2d(nn::Conv2dOptions(shape_.image_channels, width, shape_.patch)
                                           .stride(shape_.patch)));
  patches_->weight.set_data(torch::zeros_like(patches_->weight));
  patches_->bias.set_data(torch::zeros_like(patches_->bias));
  step1_ = zero_linear(kStepFrequencies, width);
  step2_ = zero_linear(width, width);
  name_level(*this, "t_embedder")
      ->register_module("mlp", nn::Sequential(step1_, nn::SiLU(), step2_));
  if (shape_.classes > 0)
    labels_ = name_level(*this, "y_embedder")
                  ->register_module(
                      "embedding_table",
                      nn::Embedding(nn::EmbeddingOptions(shape_.classes + 1, width)
                                        ._weight(torch::zeros({shape_.classes + 1, width}))));
  nn::ModuleList blocks;
  for (std::int64_t k = 0; k < shape_.depth; ++k) {
    blocks_.emplace_back(shape_);
    blocks->push_back(blocks_.back());
  }
  register_module("blocks", blocks);
  const auto last = name_level(*this, "final_layer");
  out_ = last->register_module(
      "linear", zero_linear(width, shape_.patch * shape_.patch * shape_.output_channels()));
  modulation_ = modulation(*last, width, 2);
}

double DiTImpl::position_error() const {
  return (positions_.to(torch::kCPU) - position_embedding(shape_)).abs().max().item<double>();
}

void DiTImpl::initialize(const RandomStream& stream) {
  const torch::NoGradGuard no_grad;
  std::uint64_t place = 0;
  for (auto& item : named_parameters()) {
    const std::string& name = item.key();
    Tensor& tensor = item.value();
    ++place;
    if (name.ends_with("bias") || name.find("adaLN") != std::string::npos ||
        name == "final_layer.linear.weight") {
      tensor.zero_();
      continue;
    }
    if (name.starts_with("t_embedder") || name.starts_with("y_embedder")) {
      fill_normals(tensor, 0.02F, stream, place);
    } else {
      const auto out = tensor.size(0), in = tensor.numel() / out;  // a patch is one input
      fill_uniforms(tensor, std::sqrt(6 / to_real(in + out)), stream, place);
    }
  }
}

Tensor DiTImpl::condition(const DiTConditions& conditions, std::int64_t rows) {
  const auto& steps = conditions.steps;
  require_input(steps.defined() && has_shape(steps.sizes(), {rows}),
                "a batch has one step for each row (steps are ",
                steps.defined() ? shape_text(steps.sizes()) : "undefined", ", expected (", rows,
                ")): repeat the step");
  const c10::impl::ExcludeDispatchKeyGuard single(c10::autocast_dispatch_keyset);
  const auto frequencies = step_frequencies(steps, shape_.step_embedding);
  auto sum = step2_(torch::silu(step1_(frequencies.to(step1_->weight.scalar_type()))));  // (B, D)
  auto labels = conditions.labels;
  if (!labels_) {
    require_input(!labels.defined(), "this network is told no label (classes = 0): give none");
    return torch::silu(sum);
  }
  if (!labels.defined())
    labels = torch::full({rows}, shape_.null_label(), sum.options().dtype(torch::kInt64));
  require_input(labels.scalar_type() == torch::kInt64 && has_shape(labels.sizes(), {rows}),
                "a batch has one label for each row, a 64-bit integer (labels are ",
                shape_text(labels.sizes()), ", expected (", rows,
                ")): the null label stands for none");
  if (rows > 0 && labels.device().is_cpu()) {  // elsewhere reading them would wait for the device
    const auto least = labels.min().item<std::int64_t>(), most = labels.max().item<std::int64_t>();
    require_input(least >= 0 && most <= shape_.null_label(), "labels are 0 to ",
                  shape_.null_label(), ", the last of which stands for none (they reach from ",
                  least, " to ", most, "): correct them");
  }
  return torch::silu(sum + labels_(labels.to(sum.device())));
}

Tensor DiTImpl::embed(const Tensor& images) {
  const c10::impl::ExcludeDispatchKeyGuard single(c10::autocast_dispatch_keyset);
  const auto patches = patches_of(images, shape_.patch).to(positions_.scalar_type());
  return torch::linear(patches, patches_->weight.flatten(1), patches_->bias) + positions_;
}

Tensor DiTImpl::read_out(const Tensor& tokens, const Tensor& condition) {
  const c10::impl::ExcludeDispatchKeyGuard single(c10::autocast_dispatch_keyset);
  const auto parts = parts_of(modulation_(condition), 2, tokens);
  return out_(modulated(tokens, parts[0], parts[1], kFirstNormEpsilon));
}

Replicas DiTImpl::through_blocks(Replicas replicas, const Tensor& condition,
                                 const ReplicaCoupling& coupling, Context context,
                                 const LayerTap& tap, const LayerChange& change) {
  const bool by_rows = BlockByRows::can(blocks_.front()->layers(), replicas[0]);
  Tensor tokens;  // (B, P, N, D)
  const auto look = [&](std::int64_t layer) {
    if (change) {
      const auto changed = change(layer, by_rows ? tokens : torch::stack(replicas, 1));
      if (changed.defined() && by_rows) tokens = changed.contiguous();
      if (changed.defined() && !by_rows) replicas = changed.unbind(1);
    }
    if (tap) tap(layer, by_rows ? tokens : torch::stack(replicas, 1));
  };
  if (by_rows) tokens = torch::stack(replicas, 1);
  look(0);
  for (std::int64_t k = 0; k < shape_.depth; ++k) {
    auto& block = blocks_[unsigned_size(k)];
    auto coupled = coupling.at(k);
    coupled.context = context;
    if (by_rows)
      tokens = block->by_rows(tokens, condition, coupled);
    else
      replicas = block(replicas, condition, coupled);
    look(k + 1);
  }
  return by_rows ? tokens.unbind(1) : replicas;
}

DiTOutput DiTImpl::forward(const Tensor& states, const DiTConditions& conditions,
                           const LayerTap& tap, const LayerChange& change) {
  require_input(
      states.dim() == 5 && states.size(1) >= 1 &&
          has_shape(states.sizes(), {-1, -1, shape_.image_channels, shape_.side, shape_.side}),
      "states are rows of images (they are ", shape_text(states.sizes()), ", expected (B, P, ",
      shape_.image_channels, ", ", shape_.side, ", ", shape_.side, "))");
  const auto replicas_seen = conditions.graph.defined() ? conditions.graph.size(0) : 2;
  require_input(!conditions.coupling.defined() || states.size(1) == replicas_seen,
                "the graph of a coupling has other replicas than the states (", replicas_seen,
                ", states have ", states.size(1),
                "): give states of as many, weights of who sees whom, or no g");
  require_input(
      conditions.context == Context::own || !conditions.coupling.defined(),
      "a context that is replaced leaves nothing to couple (context and coupling are both "
      "given): leave one of them out");
  require_input(conditions.context != Context::other || states.size(1) == 2,
                "the context of another replica is that of a pair (states have 1): give pairs");
  const auto rows = states.size(0);
  const ReplicaCoupling coupling(conditions.coupling, rows, shape_.depth, shape_.heads,
                                 states.device(), conditions.graph);
  const auto told = condition(conditions, rows);  // (B, D)
  Replicas replicas;
  for (const Tensor& images : states.unbind(1)) replicas.push_back(embed(images));
  replicas = through_blocks(std::move(replicas), told, coupling, conditions.context, tap, change);
  for (Tensor& x : replicas)
    x = images_of(read_out(x, told).to(states.scalar_type()), shape_.patch,
                  shape_.output_channels());  // (B, C or 2 C, S, S)
  const auto out = torch::stack(replicas, 1);
  if (!shape_.learned_variance) return {out, {}};
  const auto both = out.chunk(2, 2);
  return {both[0].contiguous(), both[1].contiguous()};
}

}  // namespace syncgap::networks
