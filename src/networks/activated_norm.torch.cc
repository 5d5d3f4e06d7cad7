#include "networks/activated_norm.h"

#include <ATen/Parallel.h>
#include <cstddef>
#include <span>
#include <torch/csrc/autograd/custom_function.h>
#include <vector>

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

/// An image of a batch as floats, and back. Those of bfloat16 pass through `room`, which stays in
/// the nearest caches.
class Images {
 public:
  explicit Images(const Tensor& batch)
      : data_(static_cast<std::byte*>(batch.data_ptr())),
        size_(unsigned_size(batch.numel() / batch.size(0))),
        half_(batch.scalar_type() == torch::kBFloat16) {}

  std::vector<float> room() const { return std::vector<float>(half_ ? size_ : 0); }
  const float* read(std::int64_t i, std::vector<float>& room) const {
    if (!half_) return floats(i);
    widen({halves(i), size_}, room.data());
    return room.data();
  }
  /// Where image `i` is to be written before `written` is called.
  float* write(std::int64_t i, std::vector<float>& room) const {
    return half_ ? room.data() : floats(i);
  }
  void written(std::int64_t i, const std::vector<float>& room) const {
    if (half_) narrow(room, halves(i));
  }

 private:
  float* floats(std::int64_t i) const {
    return reinterpret_cast<float*>(data_) + unsigned_size(i) * size_;
  }
  std::uint16_t* halves(std::int64_t i) const {
    return reinterpret_cast<std::uint16_t*>(data_) + unsigned_size(i) * size_;
  }

  std::byte* data_;
  std::size_t size_;
  bool half_;
};

struct FusedNorm : torch::autograd::Function<FusedNorm> {
  static Tensor forward(AutogradContext* context, const Tensor& given,
                        const c10::optional<Tensor>& given_shift, const Tensor& weight,
                        const Tensor& bias, std::int64_t groups, double epsilon, bool silu) {
    const Tensor x = given.contiguous(kChannelsLast);
    const Tensor shift = given_shift ? given_shift->contiguous() : Tensor();
    const auto batch = x.size(0), pixels = x.size(2) * x.size(3);
    const auto y = torch::empty_like(x, kChannelsLast);
    const auto mean = torch::empty({batch, groups}), scale = torch::empty({batch, groups});
    const Images from(x), to(y);
    at::parallel_for(0, batch, 1, [&](std::int64_t begin, std::int64_t end) {
      GroupNormKernel kernel(entries(weight), entries(bias), groups, pixels, epsilon,
                             silu ? Activation::silu : Activation::none);
      auto room = from.room(), result = to.room();
      for (std::int64_t i = begin; i < end; ++i) {
        kernel.forward(from.read(i, room), row(shift, i), to.write(i, result), row(mean, i),
                       row(scale, i));
        to.written(i, result);
      }
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
    const Tensor dy = gradients[0].to(x.scalar_type()).contiguous(kChannelsLast);
    const auto batch = x.size(0), channels = x.size(1), pixels = x.size(2) * x.size(3);
    const auto dx = torch::empty_like(x, kChannelsLast);
    // One row an image, so that threads and their number do not decide the order of a sum.
    const auto weight_rows = torch::zeros({batch, channels});
    const auto bias_rows = torch::zeros({batch, channels});
    const auto dshift = shift.defined() ? torch::empty({batch, channels}) : Tensor();
    const auto groups = context->saved_data["groups"].toInt();
    const auto activation =
        context->saved_data["silu"].toBool() ? Activation::silu : Activation::none;
    const auto epsilon = context->saved_data["epsilon"].toDouble();
    const Images from(x), given(dy), to(dx);
    at::parallel_for(0, batch, 1, [&](std::int64_t begin, std::int64_t end) {
      GroupNormKernel kernel(entries(weight), entries(bias), groups, pixels, epsilon, activation);
      auto room = from.room(), slope = given.room(), result = to.room();
      for (std::int64_t i = begin; i < end; ++i) {
        kernel.backward(from.read(i, room), row(shift, i), row(mean, i), row(scale, i),
                        given.read(i, slope), to.write(i, result), row(weight_rows, i),
                        row(bias_rows, i), row(dshift, i));
        to.written(i, result);
      }
    });
    return {dx, dshift, weight_rows.sum(0), bias_rows.sum(0), Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor activated_norm(const torch::nn::GroupNorm& norm, const Tensor& x, const Tensor& shift,
                      Activation activation) {
  const auto& options = norm->options;
  const bool silu = activation == Activation::silu;
  const bool half = x.scalar_type() == torch::kBFloat16;
  // Mixed precision: norms are in single, also where what they read and give is not.
  const auto single_shift = half && shift.defined() ? shift.to(torch::kFloat32) : shift;
  if (x.device().is_cpu() && (half || x.scalar_type() == torch::kFloat32) && x.dim() == 4 &&
      x.numel() > 0)
    return FusedNorm::apply(x, shift.defined() ? c10::optional<Tensor>(single_shift) : c10::nullopt,
                            norm->weight, norm->bias, options.num_groups(), options.eps(), silu);
  if (half) return activated_norm(norm, x.to(torch::kFloat32), single_shift, activation);
  const auto shifted = shift.defined() ? x + shift.unsqueeze(2).unsqueeze(3) : x;
  const auto y =
      torch::group_norm(shifted, options.num_groups(), norm->weight, norm->bias, options.eps());
  return silu ? torch::silu(y) : y;
}

}  // namespace syncgap::networks
