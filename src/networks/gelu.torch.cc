#include "networks/gelu.h"

#include <ATen/Parallel.h>
#include <cmath>
#include <numbers>
#include <torch/csrc/autograd/custom_function.h>

#include "core/numbers.h"
#include "networks/gelu_kernels.h"

namespace syncgap::networks {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kNumbersATask = 1 << 14;

/// gelu'(x) dy, both without gaps
Tensor slopes_times(const Tensor& x, const Tensor& dy) {
  const auto dx = torch::empty_like(x);
  at::parallel_for(0, x.numel(), kNumbersATask, [&](std::int64_t begin, std::int64_t end) {
    gelu_backward(x.data_ptr<float>() + begin, dy.data_ptr<float>() + begin,
                  unsigned_size(end - begin), dx.data_ptr<float>() + begin);
  });
  return dx;
}

struct Gelu : torch::autograd::Function<Gelu> {
  static Tensor forward(AutogradContext* context, const Tensor& given) {
    const auto x = given.contiguous();
    const auto y = torch::empty_like(x);
    at::parallel_for(0, x.numel(), kNumbersATask, [&](std::int64_t begin, std::int64_t end) {
      gelu_forward(x.data_ptr<float>() + begin, unsigned_size(end - begin),
                   y.data_ptr<float>() + begin);
    });
    context->save_for_backward({x});
    return y;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    return {slopes_times(context->get_saved_variables()[0], gradients[0].contiguous())};
  }
};

bool has_kernels(const Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat32;
}

}  // namespace

Tensor tanh_gelu(const Tensor& x) {
  if (has_kernels(x)) return Gelu::apply(x);
  return torch::gelu(x, "tanh");
}

Tensor tanh_gelu_slope(const Tensor& x) {
  if (has_kernels(x)) {
    const auto numbers = x.detach().contiguous();
    return slopes_times(numbers, torch::ones_like(numbers));
  }
  constexpr double kCubic = 0.044715;
  const double scale = std::sqrt(2 / std::numbers::pi);
  const auto square = x.square();
  const auto t = torch::tanh(x * (square * kCubic + 1) * scale);
  return (t + 1) * 0.5 + (1 - t.square()) * x * (square * (3 * kCubic) + 1) * (0.5 * scale);
}

}  // namespace syncgap::networks
