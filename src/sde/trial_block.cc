#include "sde/trial_block.h"

#include <cmath>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::sde {
SignalBasis::SignalBasis(Space space, std::size_t dimension)
    : u(space == Space::plane ? 2 : dimension), v(u.size()) {
  if (space == Space::plane) {
    u[0] = v[1] = 1.0F;
    return;
  }
  // Signs that alternate one by one (u) and two by two (v), made orthogonal where 4 does not divide
  // the dimension.
  const auto size = to_real(dimension);
  const auto first = [](std::size_t c) { return c % 2 == 0 ? 1.0 : -1.0; };
  const auto second = [](std::size_t c) { return c / 2 % 2 == 0 ? 1.0 : -1.0; };
  double overlap = 0;
  for (std::size_t c = 0; c < dimension; ++c) overlap += first(c) * second(c) / size;
  for (std::size_t c = 0; c < dimension; ++c) {
    u[c] = to_float(first(c) / std::sqrt(size));
    v[c] = to_float((second(c) - overlap * first(c)) / std::sqrt(size * (1 - overlap * overlap)));
  }
}

TrialBlock::TrialBlock(const StepTables& tables, Space simulated, std::size_t dimension,
                       std::size_t trials)
    : space(simulated),
      components(simulated == Space::plane ? 2 : dimension),
      lanes(trials),
      steps(tables.steps),
      basis(simulated, dimension) {
  SYNCGAP_EXPECTS(dimension >= 2 && lanes % 16 == 0);
  const std::size_t paths = tables.path_samplers.size();
  const std::size_t state = components * lanes;
  source_path = AlignedArray((steps + 1) * state);
  source_projection = AlignedArray(lanes);
  integral_checkpoints = AlignedArray((segment_count() + 1) * paths * state);
  integrals = AlignedArray((kSegment + 1) * paths * state);
  printed_y = AlignedArray(tables.printed_samplers.size() * state);
  path_y = AlignedArray(paths * state);
  joint_x = AlignedArray(tables.joint_samplers.size() * state);
  joint_y = AlignedArray(tables.joint_samplers.size() * state);
  noise = AlignedArray((2 * components + 3) / 4 * 4 * lanes);
  on_x = AlignedArray(components);
  on_y = AlignedArray(components);
}

}  // namespace syncgap::sde
