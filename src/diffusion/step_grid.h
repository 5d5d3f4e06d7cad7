#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/choices.h"

namespace syncgap::diffusion {

/// Which steps of a schedule a trajectory of fewer steps visits.
///   even     as evenly as whole numbers allow, from the first to the last: "100" in the code of
///   the
///            transformer's authors
///   strided  0, s, 2 s, ... with the smallest stride that gives the number, so that the last steps
///            of the schedule are left out: "ddim100" there
enum class StepGrid { even, strided };

inline constexpr Choices kStepGrids{std::pair{StepGrid::even, "even"},
                                    std::pair{StepGrid::strided, "strided"}};

/// `count` of the steps 0 to `total` - 1, descending; all of them where count = total. Throws
/// InputError where there is no such grid: one step only, or a number that no stride gives.
std::vector<std::int64_t> step_grid(StepGrid grid, std::int64_t total, std::int64_t count);

}  // namespace syncgap::diffusion
