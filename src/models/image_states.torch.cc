#include "models/image_states.h"

namespace syncgap::models {

torch::Tensor ImageStates::rows(const data::EpochPairs& pairs, std::int64_t begin,
                                std::int64_t end) const {
  SYNCGAP_EXPECTS(begin >= 0 && begin <= end && end <= std::ssize(pairs.first));
  auto chosen = torch::empty({end - begin, 1}, torch::kInt64);
  for (std::int64_t k = begin; k < end; ++k)
    chosen.data_ptr<std::int64_t>()[k - begin] = pairs.first[k] % pixels_.size(0);
  return chosen;
}

}  // namespace syncgap::models
