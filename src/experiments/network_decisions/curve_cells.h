#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/estimate.h"
#include "core/numbers.h"
#include "core/results.h"

namespace syncgap::experiments {

/// Fills the cells of an observable over one captured axis.
inline void set_curve(std::string_view name, const std::vector<IntervalEstimate>& curve,
                      Results& results) {
  auto cells = results.cells(name);
  for (std::size_t k = 0; k < curve.size(); ++k) cells.set(curve[k], signed_size(k));
}

}  // namespace syncgap::experiments
