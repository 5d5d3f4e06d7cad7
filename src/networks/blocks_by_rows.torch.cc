#include "networks/blocks_by_rows.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <span>

#include "core/check.h"
#include "core/checksum.h"
#include "core/numbers.h"
#include "networks/block_kernel.h"
#include "networks/mixed_precision.h"

namespace syncgap::networks {
namespace {

using torch::Tensor;

std::span<const float> numbers(const Tensor& tensor) {
  return {tensor.data_ptr<float>(), unsigned_size(tensor.numel())};
}

}  // namespace

const PackedLinear& PackedLayer::of(const torch::nn::Linear& layer, Precision precision) {
  const auto weight = numbers(layer->weight), bias = numbers(layer->bias);
  // Trainers, averages and files write weights by ways that no version counter sees.
  const auto checksum =
      checksum_of(weight.data(), weight.size_bytes(), checksum_of(bias.data(), bias.size_bytes()));
  if (packed_.out() == 0 || checksum != checksum_ || precision != precision_)
    packed_ = PackedLinear(weight, bias, precision);
  checksum_ = checksum;
  precision_ = precision;
  return packed_;
}

bool BlockByRows::can(const BlockLayers& layers, const Tensor& tokens) {
  const auto& weight = layers.qkv->weight;
  return !torch::GradMode::is_enabled() && tokens.device().is_cpu() && weight.device().is_cpu() &&
         tokens.scalar_type() == torch::kFloat32 && weight.scalar_type() == torch::kFloat32;
}

Tensor BlockByRows::forward(const BlockLayers& layers, const Tensor& tokens,
                            const Tensor& condition, const CoupledRows& coupled, std::int64_t heads,
                            double epsilon) {
  SYNCGAP_EXPECTS(tokens.dim() == 4 && tokens.is_contiguous(), tokens.sizes());
  const auto rows = tokens.size(0), replicas = tokens.size(1), count = tokens.size(2),
             width = tokens.size(3);
  const auto precision = mixed_precision_on(torch::kCPU) ? Precision::bf16 : Precision::single;
  const auto& adapt = modulation_.of(layers.modulation, precision);
  const BlockWeights weights{qkv_.of(layers.qkv, precision), proj_.of(layers.proj, precision),
                             fc1_.of(layers.fc1, precision), fc2_.of(layers.fc2, precision)};
  const auto told = condition.to(torch::kFloat32).contiguous();
  const RowStrengths strengths(coupled, heads);
  auto out = torch::empty_like(tokens);
  const float *from = tokens.data_ptr<float>(), *conditions = told.data_ptr<float>();
  float* to = out.data_ptr<float>();
  at::parallel_for(0, rows, 1, [&](std::int64_t begin, std::int64_t end) {
    BlockKernel kernel(count, width, heads, replicas, epsilon);
    AlignedArray modulations(unsigned_size((end - begin) * 6 * width));
    adapt.apply({conditions + begin * width, width}, end - begin, modulations.data(), 6 * width);
    for (std::int64_t row = begin; row < end; ++row) {
      const auto at = row * replicas * count * width;
      kernel.forward(weights, from + at, modulations.data() + (row - begin) * 6 * width,
                     coupled.context, strengths.of(row), coupled.graph, to + at);
    }
  });
  return out;
}

}  // namespace syncgap::networks
