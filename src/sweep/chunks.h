#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace syncgap::sweep {

/// Seconds expected for the unit at a place of the order.
using PlaceSeconds = std::function<double(std::uint64_t place)>;

/// Where claims end in an order of `units` units, so that `teams` teams do not wait for a counter
/// that serves a claim in `service_seconds`: claim i takes the places from end i - 1 to end i, one
/// at least and more while together they are expected to take no longer than a 4 * teams-th of what
/// no claim before took, but between the shortest and the longest of a chunk below. Guided
/// self-scheduling (Polychronopoulos and Kuck 1987) in seconds, within bounds.
std::vector<std::uint32_t> chunk_ends(std::uint64_t units, const PlaceSeconds& seconds, int teams,
                                      double service_seconds);

/// The bounds are multiples of the time in which the counter serves every team once. Four times
/// that leaves it idle for three quarters: claims come at random. Chunks that take less than once
/// and a half would only let teams wait for each other at the end.
double longest_chunk(int teams, double service_seconds);
double shortest_chunk(int teams, double service_seconds);

}  // namespace syncgap::sweep
