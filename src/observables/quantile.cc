#include "observables/quantile.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::observables {

double quantile(std::span<double> values, double probability) {
  SYNCGAP_EXPECTS(!values.empty() && probability >= 0 && probability <= 1);
  std::sort(values.begin(), values.end());
  const double position = probability * to_real(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (position - std::floor(position)) * (values[above] - values[below]);
}

}  // namespace syncgap::observables
