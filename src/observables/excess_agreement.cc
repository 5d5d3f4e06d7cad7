#include "observables/excess_agreement.h"

#include <cstddef>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::observables {
namespace {}  // namespace

double independent_agreement(std::span<const double> shares, std::uint64_t count) {
  SYNCGAP_EXPECTS(count >= 2);
  const auto n = to_real(count);
  double squares = 0;
  for (const double share : shares) squares += share * share;
  // n^2 squares are pairs with repetition, n of them a sample with itself.
  return (n * squares - 1) / (n - 1);
}

double excess_agreement(double agreement, double independent) {
  return independent < 1 ? (agreement - independent) / (1 - independent) : kNoValue;
}

SpeciationTime speciation_time(const Curve& excess, double threshold) {
  const auto& [x, y] = excess;
  SYNCGAP_EXPECTS(x.size() == y.size() && x.size() >= 2, x.size(), " points, ", y.size(),
                  " values");
  const auto passages = threshold_passages(y, threshold);
  SpeciationTime time{kNoValue, kNoValue, passages.count};
  if (passages.last_fall < 0) return time;
  if (!passages.ends_above) time.outermost = passage_after(excess, passages.last_fall, threshold);
  if (passages.starts_above)
    time.persistent = passage_after(excess, passages.first_fall, threshold);
  return time;
}

}  // namespace syncgap::observables
