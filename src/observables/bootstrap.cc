#include "observables/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/check.h"

namespace syncgap::observables {

Interval bootstrap_interval(std::span<const double> sample, const Statistic& statistic,
                            const RandomStream& stream, std::size_t resamples, double level) {
  SYNCGAP_EXPECTS(!sample.empty() && resamples > 0 && level > 0 && level < 1);
  const auto size = static_cast<double>(sample.size());
  std::vector<double> uniforms(sample.size()), drawn(sample.size()), values(resamples);
  for (std::size_t r = 0; r < resamples; ++r) {
    stream.fill_uniforms<double>(r, 0, uniforms);
    for (std::size_t i = 0; i < sample.size(); ++i)
      drawn[i] = sample[static_cast<std::size_t>(uniforms[i] * size)];
    values[r] = statistic(drawn);
  }
  const double tail = 0.5 * (1 - level);
  const double low = quantile(values, tail);
  return {low, quantile(values, 1 - tail)};
}

double quantile(std::span<double> values, double probability) {
  SYNCGAP_EXPECTS(!values.empty() && probability >= 0 && probability <= 1);
  std::sort(values.begin(), values.end());
  const double position = probability * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (position - std::floor(position)) * (values[above] - values[below]);
}

}  // namespace syncgap::observables
