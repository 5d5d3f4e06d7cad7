#pragma once

#include <span>

namespace syncgap::observables {

/// Linear interpolation between order statistics, as NumPy's default; sorts its argument.
double quantile(std::span<double> values, double probability);

}  // namespace syncgap::observables
