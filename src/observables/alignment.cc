#include "observables/alignment.h"

namespace syncgap::observables {

AlignmentCrossing alignment_crossing(std::span<const double> alignment, double threshold) {
  AlignmentCrossing crossing;
  bool unbroken = true;
  for (std::size_t t = 0; t < alignment.size(); ++t) {
    const bool above = alignment[t] >= threshold;
    unbroken = unbroken && above;
    if (above) crossing.outermost = static_cast<std::int64_t>(t);
    if (unbroken) crossing.persistent = static_cast<std::int64_t>(t);
    if (t > 0 && above != (alignment[t - 1] >= threshold)) ++crossing.passages;
  }
  return crossing;
}

}  // namespace syncgap::observables
