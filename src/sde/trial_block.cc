#include "sde/trial_block.h"

#include <cmath>

#include "core/check.h"

namespace syncgap::sde {
namespace {

/// Components of a basis of the signal plane that no coordinate axis lies in: u alternates in sign,
/// v in pairs; orthonormalised, for dimensions that 4 does not divide.
void fill_skew_basis(std::size_t dimension, AlignedArray& u, AlignedArray& v) {
  const double length = std::sqrt(static_cast<double>(dimension));
  double overlap = 0;
  for (std::size_t c = 0; c < dimension; ++c) overlap += ((c + c / 2) % 2 == 0 ? 1 : -1);
  overlap /= static_cast<double>(dimension);
  const double rest = std::sqrt(1 - overlap * overlap);
  for (std::size_t c = 0; c < dimension; ++c) {
    const double first = c % 2 == 0 ? 1 : -1, second = c / 2 % 2 == 0 ? 1 : -1;
    u[c] = static_cast<float>(first / length);
    v[c] = static_cast<float>((second - overlap * first) / (rest * length));
  }
}

}  // namespace

TrialBlock::TrialBlock(const StepTables& tables, Space simulated, std::size_t dimension,
                       std::size_t trials)
    : space(simulated),
      components(simulated == Space::plane ? 2 : dimension),
      lanes(trials),
      steps(tables.steps) {
  SYNCGAP_EXPECTS(dimension >= 2 && lanes % 16 == 0);
  const std::size_t paths = tables.path_samplers.size();
  const std::size_t state = components * lanes;
  u = AlignedArray(components);
  v = AlignedArray(components);
  if (space == Space::plane) {
    u[0] = v[1] = 1.0F;
  } else {
    fill_skew_basis(dimension, u, v);
  }
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
