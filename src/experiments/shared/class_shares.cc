#include "experiments/shared/class_shares.h"

#include "observables/estimate.h"

namespace syncgap::experiments {

std::vector<std::int64_t> class_counts(std::span<const std::int64_t> labels, std::int64_t classes) {
  std::vector<std::int64_t> counts(classes, 0);
  for (const std::int64_t label : labels)
    if (label < classes) ++counts[label];
  return counts;
}

void store_class_shares(std::span<const std::int64_t> counts, std::int64_t images,
                        Results& results) {
  auto cells = results.cells("class_share");
  for (std::int64_t label = 0; label < std::ssize(counts); ++label)
    cells.set(observables::wilson_share(counts[label], images), label);
}

}  // namespace syncgap::experiments
