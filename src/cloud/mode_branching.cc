#include "cloud/mode_branching.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::cloud {
namespace {

/// Steps after which a climb counts as ended: enough for the slow passage of a fold that is 1e-5
/// of its time away.
constexpr int kMostSteps = 5000;
/// A climb ends when its steps are this short, and two modes are one when they are this near, in
/// units of the distance between the starts.
constexpr double kPrecision = 1e-6, kSameMode = 1e-3;

double distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return std::sqrt(sum);
}

}  // namespace

std::vector<double> uphill_modes(const PointCloud& cloud, NoiseLevel level,
                                 std::vector<double> starts, double precision) {
  const std::size_t d = cloud.dimension();
  SYNCGAP_EXPECTS(starts.size() % d == 0);
  std::vector<double> states(starts.size());
  for (int step = 0; step < kMostSteps; ++step) {
    for (std::size_t k = 0; k < states.size(); ++k) states[k] = level.signal * starts[k];
    const std::vector<double> next =
        cloud.posterior(level, states, {}, PosteriorMean::compute).mean;
    double longest = 0.0;
    for (std::size_t row = 0; row < starts.size(); row += d)
      longest = std::max(
          longest, distance(std::span(starts).subspan(row, d), std::span(next).subspan(row, d)));
    starts = next;
    if (longest < precision) break;
  }
  return starts;
}

TimeBracket branching_time(const PointCloud& cloud, std::span<const double> first,
                           std::span<const double> second, std::span<const double> times,
                           double width) {
  const std::size_t d = cloud.dimension();
  SYNCGAP_EXPECTS(first.size() == d && second.size() == d && !times.empty());
  const double apart = distance(first, second);
  std::vector<double> starts(first.begin(), first.end());
  starts.insert(starts.end(), second.begin(), second.end());
  const auto are_one = [&](double time) {
    const auto modes =
        uphill_modes(cloud, NoiseLevel::ornstein_uhlenbeck(time), starts, kPrecision * apart);
    return distance(std::span(modes).first(d), std::span(modes).subspan(d, d)) < kSameMode * apart;
  };
  std::size_t i = times.size();
  while (i > 0 && are_one(times[i - 1])) --i;
  if (i == 0 || i == times.size()) return {kNoValue, kNoValue};
  TimeBracket found{times[i - 1], times[i]};
  while (found.high - found.low > width) {
    const double middle = 0.5 * (found.low + found.high);
    (are_one(middle) ? found.high : found.low) = middle;
  }
  return found;
}

}  // namespace syncgap::cloud
