#include "networks/gelu.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/numbers.h"
#include "networks/gelu_kernels.h"

namespace syncgap::networks {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kNumbersATask = 1 << 14;

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
    const auto x = context->get_saved_variables()[0], dy = gradients[0].contiguous();
    const auto dx = torch::empty_like(x);
    at::parallel_for(0, x.numel(), kNumbersATask, [&](std::int64_t begin, std::int64_t end) {
      gelu_backward(x.data_ptr<float>() + begin, dy.data_ptr<float>() + begin,
                    unsigned_size(end - begin), dx.data_ptr<float>() + begin);
    });
    return {dx};
  }
};

}  // namespace

Tensor tanh_gelu(const Tensor& x) {
  if (x.device().is_cpu() && x.scalar_type() == torch::kFloat32) return Gelu::apply(x);
  return torch::gelu(x, "tanh");
}

}  // namespace syncgap::networks
