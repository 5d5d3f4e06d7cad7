#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/aligned_array.h"
#include "sde/step_tables.h"

namespace syncgap::sde {

/// The coordinates that are simulated.
enum class Space {
  plane,  ///< two, those of the signal plane; everything else is known in closed form
  full,   ///< all d; the signal plane lies askew in them
};

/// Orthonormal vectors that span the signal plane, in the coordinates simulated (C), zero-padded.
/// In Space::full no coordinate axis lies in the plane.
struct SignalBasis {
  SignalBasis(Space space, std::size_t dimension);
  AlignedArray u, v;
};

/// Working memory of one block of trials. Rows of `lanes` trials side by side; in the comments
/// C = components, B = lanes. Filled and advanced by the kernels, read through BlockView.
struct TrialBlock {
  TrialBlock(const StepTables& tables, Space simulated, std::size_t dimension, std::size_t trials);

  /// Steps between two stored values of the path integrals.
  static constexpr std::size_t kSegment = 32;
  std::size_t segment_count() const { return (steps + kSegment - 1) / kSegment; }

  Space space;
  std::size_t components;
  std::size_t lanes;
  std::size_t steps;
  SignalBasis basis;
  AlignedArray source_path;           ///< x_k (N + 1, C, B)
  AlignedArray source_projection;     ///< <x_0, u> (B)
  AlignedArray integral_checkpoints;  ///< I at the segments' ends (segments + 1, paths, C, B)
  AlignedArray integrals;             ///< I_k of one segment (kSegment + 1, paths, C, B)
  AlignedArray printed_y, path_y;     ///< y (samplers, C, B)
  AlignedArray joint_x, joint_y;      ///< x, y (samplers, C, B)
  AlignedArray noise;                 ///< sigma_W sqrt(h) xi of one step: y, then x (2 C, B)
  AlignedArray on_x, on_y;            ///< scratch: a table's plane vectors in coordinates (C)
};

}  // namespace syncgap::sde
