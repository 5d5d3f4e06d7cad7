#include "diffusion/step_grid.h"

#include "core/check.h"

namespace syncgap::diffusion {
namespace {

/// numerator / denominator, a half to the even neighbour, as Python's round() has it. The published
/// code adds strides up, and may take the other neighbour of a half; there is none where an even
/// number of steps is taken.
std::int64_t rounded_ratio(std::int64_t numerator, std::int64_t denominator) {
  const std::int64_t below = numerator / denominator, twice = 2 * (numerator % denominator);
  return below + (twice > denominator || (twice == denominator && below % 2 == 1) ? 1 : 0);
}

/// ceil(total / stride), the multiples of a stride below `total`.
std::int64_t multiples(std::int64_t total, std::int64_t stride) {
  return (total + stride - 1) / stride;
}

/// The smallest stride with `count` multiples below `total`.
std::int64_t stride_of(std::int64_t total, std::int64_t count) {
  std::int64_t stride = 1;
  while (multiples(total, stride) > count) ++stride;
  const std::int64_t fewer = multiples(total, stride);
  if (fewer != count)
    throw InputError(concat("no whole stride gives this number of steps (", count, " of ", total,
                            "; a stride of ", stride - 1, " gives ", multiples(total, stride - 1),
                            ", of ", stride, " gives ", fewer,
                            "): take one of these, or even steps"));
  return stride;
}

}  // namespace

std::vector<std::int64_t> step_grid(StepGrid grid, std::int64_t total, std::int64_t count) {
  require_input(count > 0 && count <= total,
                "a trajectory visits some steps of its schedule, each once (", count, " of ", total,
                "): take 2 to ", total);
  // The published code makes it step 0, which is hardly noise: no trajectory begins there.
  require_input(count > 1 || total == 1, "one step is no grid of a schedule (1 of ", total,
                "): take at least 2, of which the first begins in noise");
  if (count == 1) return {0};
  const std::int64_t stride = grid == StepGrid::strided ? stride_of(total, count) : 0;
  std::vector<std::int64_t> steps;
  for (std::int64_t i = count - 1; i >= 0; --i)
    steps.push_back(grid == StepGrid::strided ? i * stride
                                              : rounded_ratio(i * (total - 1), count - 1));
  return steps;
}

}  // namespace syncgap::diffusion
