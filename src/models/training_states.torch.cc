#include "models/training_states.h"

#include <algorithm>

#include "core/check.h"

namespace syncgap::models {

torch::Tensor gather_states(const torch::Tensor& bank, const torch::Tensor& rows) {
  const std::vector<std::int64_t> shape{rows.size(0), rows.size(1), bank.size(1), bank.size(2),
                                        bank.size(3)};
  if (!bank.is_cpu()) return bank.index_select(0, rows.flatten()).view(shape);
  // LibTorch's own takes microseconds for each row.
  SYNCGAP_EXPECTS(bank.is_contiguous() && rows.is_contiguous());
  auto out = torch::empty(shape);
  const std::int64_t size = bank.numel() / bank.size(0);
  const auto* row = rows.data_ptr<std::int64_t>();
  auto* to = out.data_ptr<float>();
  for (std::int64_t k = 0; k < rows.numel(); ++k, to += size)
    std::copy_n(bank.data_ptr<float>() + row[k] * size, size, to);
  return out;
}

}  // namespace syncgap::models
