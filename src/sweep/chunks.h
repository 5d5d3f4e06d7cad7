#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace syncgap::sweep {

/// Seconds expected for the unit at a place of the order.
using PlaceSeconds = std::function<double(std::uint64_t place)>;

/// Where claims end in an order of `units` units, so that `teams` teams do not wait for a counter
/// that serves a claim in `service_seconds`: claim i takes the places from end i - 1 to end i. A
/// claim takes units as long as together they are expected to take no longer than
/// `longest_chunk` and than a 4 * teams-th of what no claim before it took, one unit at least.
/// Guided self-scheduling (Polychronopoulos and Kuck 1987), in seconds and with an upper bound.
std::vector<std::uint32_t> chunk_ends(std::uint64_t units, const PlaceSeconds& seconds, int teams,
                                      double service_seconds);

/// No chunk of several units is expected to take longer. The counter is then busy for a quarter of
/// the time: claims come from each team once in this time, and come at random.
double longest_chunk(int teams, double service_seconds);

}  // namespace syncgap::sweep
