#pragma once

#include <cstdint>
#include <span>

namespace syncgap::observables {

/// Where a curve of alignment over forward steps 0, 1, ..., T - 1 (0 is the end of generation)
/// passes a threshold.
struct AlignmentCrossing {
  /// max{t : alignment(t) >= threshold}, which ignores where the curve falls below it again;
  /// multimodal (99). -1 where it never reaches the threshold.
  std::int64_t outermost = -1;
  /// The largest t up to which it stays at or above the threshold from step 0 on; -1 for none.
  std::int64_t persistent = -1;
  /// Times the curve passes the threshold between neighbouring steps; more than one means that the
  /// two times above differ.
  std::int64_t passages = 0;
};

AlignmentCrossing alignment_crossing(std::span<const double> alignment, double threshold);

}  // namespace syncgap::observables
