#include "observables/alignment.h"

#include "observables/threshold_passage.h"

namespace syncgap::observables {

AlignmentCrossing alignment_crossing(std::span<const double> alignment, double threshold) {
  const auto passages = threshold_passages(alignment, threshold);
  const std::int64_t last_step = std::ssize(alignment) - 1;
  AlignmentCrossing crossing;
  crossing.outermost = passages.ends_above ? last_step : passages.last_fall;
  if (passages.starts_above)
    crossing.persistent = passages.count == 0 ? last_step : passages.first_fall;
  crossing.passages = passages.count;
  return crossing;
}

}  // namespace syncgap::observables
