#include "observables/excess_agreement.h"

#include <cstddef>
#include <limits>

#include "core/check.h"

namespace syncgap::observables {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double independent_agreement(std::span<const double> shares, std::uint64_t count) {
  SYNCGAP_EXPECTS(count >= 2);
  const auto n = static_cast<double>(count);
  double squares = 0;
  for (const double share : shares) squares += share * share;
  // n^2 squares are pairs with repetition, n of them a sample with itself.
  return (n * squares - 1) / (n - 1);
}

double excess_agreement(double agreement, double independent) {
  return independent < 1 ? (agreement - independent) / (1 - independent) : kNone;
}

SpeciationTime speciation_time(const Curve& excess, double threshold) {
  const auto& [x, y] = excess;
  SYNCGAP_EXPECTS(x.size() == y.size() && x.size() >= 2);
  SpeciationTime time{kNone, kNone, 0};
  const bool starts_above = y.front() >= threshold;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const bool above = y[i] >= threshold, next = y[i + 1] >= threshold;
    if (above == next) continue;
    ++time.passages;
    if (!above) continue;
    const double passed = x[i] + (x[i + 1] - x[i]) * (y[i] - threshold) / (y[i] - y[i + 1]);
    time.outermost = passed;
    if (starts_above && time.passages == 1) time.persistent = passed;
  }
  if (y.back() >= threshold) time.outermost = kNone;
  return time;
}

}  // namespace syncgap::observables
