#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/results.h"

namespace syncgap::experiments {

/// How many of the labels are of each of K classes, 0 to K - 1. A judge may know others.
std::vector<std::int64_t> class_counts(std::span<const std::int64_t> labels, std::int64_t classes);

/// Fills class_share, by label, with the shares these counts are of all images, with their Wilson
/// intervals.
void store_class_shares(std::span<const std::int64_t> counts, std::int64_t images,
                        Results& results);

}  // namespace syncgap::experiments
