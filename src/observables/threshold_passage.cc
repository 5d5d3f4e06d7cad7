#include "observables/threshold_passage.h"

#include "core/check.h"

namespace syncgap::observables {

ThresholdPassages threshold_passages(std::span<const double> y, double threshold) {
  ThresholdPassages passages;
  if (y.empty()) return passages;
  passages.starts_above = y.front() >= threshold;
  passages.ends_above = y.back() >= threshold;
  for (std::int64_t i = 0; i + 1 < std::ssize(y); ++i) {
    const bool above = y[i] >= threshold;
    if (above == (y[i + 1] >= threshold)) continue;
    ++passages.count;
    if (!above) continue;
    if (passages.first_fall < 0) passages.first_fall = i;
    passages.last_fall = i;
  }
  return passages;
}

double passage_after(const Curve& curve, std::int64_t i, double threshold) {
  const auto& [x, y] = curve;
  SYNCGAP_EXPECTS(i >= 0 && i + 1 < std::ssize(x) && x.size() == y.size(), "i = ", i,
                  ", points = ", x.size(), ", values = ", y.size());
  return x[i] + (x[i + 1] - x[i]) * (y[i] - threshold) / (y[i] - y[i + 1]);
}

}  // namespace syncgap::observables
