#include "observables/clone_agreement.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::observables {
namespace {

/// Mean of (1 + c_i c_j) / 2 over the pairs i < j, for clone classes c_i in [-1, 1].
template <class ClassOf>
std::vector<double> pair_agreement(CloneEnds clones, ClassOf class_of) {
  SYNCGAP_EXPECTS(clones.size() >= 2);
  const auto count = to_real(clones.size());
  std::vector<double> agreement(clones.front().size());
  for (std::size_t trial = 0; trial < agreement.size(); ++trial) {
    double sum = 0.0, squares = 0.0;
    for (const auto& ends : clones) {
      const double c = class_of(ends[trial]);
      sum += c;
      squares += c * c;
    }
    agreement[trial] = 0.5 + 0.5 * (sum * sum - squares) / (count * (count - 1.0));
  }
  return agreement;
}

}  // namespace

std::vector<double> sign_agreement(CloneEnds clones) {
  return pair_agreement(clones, [](float p) { return p > 0.0F ? 1.0 : -1.0; });
}

std::vector<double> label_agreement(CloneEnds clones, double sharpness) {
  return pair_agreement(clones, [sharpness](float p) { return std::tanh(sharpness * p); });
}

std::vector<double> shared_past_agreement(float trunk, std::span<const float> clones) {
  std::vector<double> shares;
  for (std::size_t s = 0; s < clones.size(); ++s) {
    const auto below = clones.first(s);
    const auto agreeing =
        std::count(below.begin(), below.end(), clones[s]) + (trunk == clones[s] ? 1 : 0);
    shares.push_back(to_real(agreeing) / to_real(s + 1));
  }
  return shares;
}

}  // namespace syncgap::observables
