#include "experiments/shared/tensor_sum.h"

#include <cstdint>
#include <span>

#include "core/check.h"

namespace syncgap::experiments {

void sum_over(const parallel::Team& team, torch::Tensor& tensor) {
  if (team.size() == 1) return;
  const bool integers = tensor.scalar_type() == torch::kInt64;
  SYNCGAP_EXPECTS(integers || tensor.scalar_type() == torch::kFloat32);
  SYNCGAP_EXPECTS(tensor.is_contiguous());
  const torch::Tensor here = tensor.to(torch::kCPU);  // itself where it is there already
  if (integers)
    team.ranks().sum(std::span(here.data_ptr<std::int64_t>(), here.numel()));
  else
    team.ranks().sum(std::span(here.data_ptr<float>(), here.numel()));
  if (!here.is_same(tensor)) tensor.copy_(here);
}

}  // namespace syncgap::experiments
