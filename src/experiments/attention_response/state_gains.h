#pragma once

#include <cstdint>

#include "core/numbers.h"
#include "experiments/attention_response/response_data.h"

namespace syncgap::experiments {

/// Gains of single states; indices as in response_data.h, rho what a coupling leaves of them.
class StateGains {
 public:
  explicit StateGains(const ResponseData& data) : data_(data) {}

  /// Where direction `k` of a state, step and block lies among all, and among the followed ones.
  std::int64_t at(std::int64_t state, std::int64_t s, std::int64_t block, std::int64_t k) const {
    return ((state * data_.steps + s) * data_.blocks + block) * (data_.modes + data_.bands) + k;
  }
  std::int64_t whole_at(std::int64_t state, std::int64_t s, std::int64_t block,
                        std::int64_t k) const {
    return ((state * data_.steps + s) * data_.blocks + block) * data_.modes + k;
  }

  /// eta by its parts, dit (46).
  double gain(std::int64_t state, std::int64_t s, std::int64_t block, std::int64_t k,
              double rho) const {
    const auto i = unsigned_size(at(state, s, block, k));
    return 1 + data_.perceptron[i] + data_.query[i] + rho * (data_.routing[i] + data_.key[i]);
  }
  /// What (46) leaves out of it, of a followed state.
  double cross_gain(std::int64_t state, std::int64_t s, std::int64_t block, std::int64_t k,
                    double rho) const {
    const auto i = unsigned_size(whole_at(state, s, block, k));
    return data_.cross_query[i] + rho * data_.cross_partner[i];
  }
  /// The square along a mode of the difference that is propagated from a followed state.
  double propagated(std::int64_t g, std::int64_t state, std::int64_t s, std::int64_t block,
                    std::int64_t k) const {
    return data_.propagated[unsigned_size(
        g * data_.whole * data_.steps * data_.blocks * data_.modes + whole_at(state, s, block, k))];
  }

 private:
  const ResponseData& data_;
};

}  // namespace syncgap::experiments
