#pragma once

#include <cstddef>
#include <vector>

namespace syncgap {

// Values along an axis as one would write them: each is the double nearest to a decimal of at most
// 15 digits, so that it is found by that decimal, and so that the same decimals are the same bits
// whichever of these functions, or a list, they come from.

/// The double nearest to the decimal of 15 digits that is nearest to x.
double nearest_decimal(long double x);

/// `count` values from first to last, both exact; first alone for a count of 1.
std::vector<double> evenly_spaced(double first, double last, std::size_t count);

/// The same by a constant factor; first, last > 0.
std::vector<double> evenly_spaced_logarithms(double first, double last, std::size_t count);

/// first, first + step, ..., `count` of them.
std::vector<double> stepped(double first, double step, std::size_t count);

}  // namespace syncgap
