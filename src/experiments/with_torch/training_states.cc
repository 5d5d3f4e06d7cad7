#include "experiments/with_torch/training_states.h"

namespace syncgap::experiments {

torch::Tensor gather_states(const torch::Tensor& bank, const torch::Tensor& rows) {
  return bank.index_select(0, rows.flatten())
      .view({rows.size(0), rows.size(1) * bank.size(1), bank.size(2), bank.size(3)});
}

}  // namespace syncgap::experiments
