#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "core/random.h"
#include "observables/estimate.h"

namespace syncgap::observables {

/// A number computed from a sample: a median, a fitted midpoint, ...
using Statistic = std::function<double(std::span<const double>)>;

/// Percentile interval of a statistic over samples drawn with replacement. Resample r draws its
/// indices from trial r of `stream`, so the interval is reproducible.
Interval bootstrap_interval(std::span<const double> sample, const Statistic& statistic,
                            const RandomStream& stream, std::size_t resamples = 2000,
                            double level = 0.95);

/// Linear interpolation between order statistics, as NumPy's default; sorts its argument.
double quantile(std::span<double> values, double probability);

}  // namespace syncgap::observables
