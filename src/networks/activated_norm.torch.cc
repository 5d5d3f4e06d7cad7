#include "networks/activated_norm.h"

#include <ATen/Parallel.h>
#include <span>
#include <torch/csrc/autograd/custom_function.h>

#include "core/numbers.h"

namespace syncgap::networks {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

std::span<float> row(const Tensor& table, std::int64_t i) {
  if (!table.defined()) return {};
  const auto size = unsigned_size(table.size(1));
  return {table.data_ptr<float>() + unsigned_size(i) * size, size};
}

std::span<float> entries(const Tensor& vector) {
  return {vector.data_ptr<float>(), unsigned_size(vector.numel())};
}

struct FusedNorm : torch::autograd::Function<FusedNorm> {
  static Tensor forward(AutogradContext* context, const Tensor& given,
                        const c10::optional<Tensor>& given_shift, const Tensor& weight,
                        const Tensor& bias, std::int64_t groups, double epsilon, bool silu) {
    const Tensor x = given.contiguous(kChannelsLast);
    const Tensor shift = given_shift ? given_shift->contiguous() : Tensor();
    const auto batch = x.size(0), pixels = x.size(2) * x.size(3), size = pixels * x.size(1);
    const auto y = torch::empty_like(x, kChannelsLast);
    const auto mean = torch::empty({batch, groups}), scale = torch::empty({batch, groups});
    const float* from = x.data_ptr<float>();
    float* to = y.data_ptr<float>();
    at::parallel_for(0, batch, 1, [&](std::int64_t begin, std::int64_t end) {
      GroupNormKernel kernel(entries(weight), entries(bias), groups, pixels, epsilon,
                             silu ? Activation::silu : Activation::none);
      for (std::int64_t i = begin; i < end; ++i)
        kernel.forward(from + i * size, row(shift, i), to + i * size, row(mean, i), row(scale, i));
    });
    context->save_for_backward({x, shift, weight, bias, mean, scale});
    context->saved_data["groups"] = groups;
    context->saved_data["epsilon"] = epsilon;
    context->saved_data["silu"] = silu;
    return y;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &shift = saved[1], &weight = saved[2], &bias = saved[3];
    const Tensor &mean = saved[4], &scale = saved[5];
    const Tensor dy = gradients[0].contiguous(kChannelsLast);
    const auto batch = x.size(0), channels = x.size(1), pixels = x.size(2) * x.size(3);
    const auto size = pixels * channels;
    const auto dx = torch::empty_like(x, kChannelsLast);
    // One row an image, so that threads and their number do not decide the order of a sum.
    const auto weight_rows = torch::zeros({batch, channels});
    const auto bias_rows = torch::zeros({batch, channels});
    const auto dshift = shift.defined() ? torch::empty({batch, channels}) : Tensor();
    const auto groups = context->saved_data["groups"].toInt();
    const auto activation =
        context->saved_data["silu"].toBool() ? Activation::silu : Activation::none;
    const auto epsilon = context->saved_data["epsilon"].toDouble();
    const float *from = x.data_ptr<float>(), *given = dy.data_ptr<float>();
    float* to = dx.data_ptr<float>();
    at::parallel_for(0, batch, 1, [&](std::int64_t begin, std::int64_t end) {
      GroupNormKernel kernel(entries(weight), entries(bias), groups, pixels, epsilon, activation);
      for (std::int64_t i = begin; i < end; ++i)
        kernel.backward(from + i * size, row(shift, i), row(mean, i), row(scale, i),
                        given + i * size, to + i * size, row(weight_rows, i), row(bias_rows, i),
                        row(dshift, i));
    });
    return {dx, dshift, weight_rows.sum(0), bias_rows.sum(0), Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor activated_norm(const torch::nn::GroupNorm& norm, const Tensor& x, const Tensor& shift,
                      Activation activation) {
  const auto& options = norm->options;
  const bool silu = activation == Activation::silu;
  if (x.scalar_type() == torch::kBFloat16)  // mixed precision: norms are in single
    return activated_norm(norm, x.to(torch::kFloat32),
                          shift.defined() ? shift.to(torch::kFloat32) : shift, activation);
  if (x.device().is_cpu() && x.scalar_type() == torch::kFloat32 && x.dim() == 4 && x.numel() > 0)
    return FusedNorm::apply(x, shift.defined() ? c10::optional<Tensor>(shift) : c10::nullopt,
                            norm->weight, norm->bias, options.num_groups(), options.eps(), silu);
  const auto shifted = shift.defined() ? x + shift.unsqueeze(2).unsqueeze(3) : x;
  const auto y =
      torch::group_norm(shifted, options.num_groups(), norm->weight, norm->bias, options.eps());
  return silu ? torch::silu(y) : y;
}

}  // namespace syncgap::networks
