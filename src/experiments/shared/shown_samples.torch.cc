#include "experiments/shared/shown_samples.h"

#include <algorithm>

#include "core/numbers.h"
#include "experiments/shared/class_shares.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {

bool store_shown_samples(const ShownSamples& samples, const ImageJudge& judge,
                         const JudgeOptions& options, double most_share, Results& results) {
  const auto count = std::ssize(samples.labels);
  const auto counts = class_counts(samples.labels, samples.classes);
  store_class_shares(counts, count, results);
  const double allowed = most_share > 0 ? most_share : 0.5 * (1 + 1 / to_real(samples.classes));
  bool reliable =
      samples.told_class == kNoClass
          ? to_real(*std::max_element(counts.begin(), counts.end())) <= allowed * to_real(count)
          : to_real(counts[unsigned_size(samples.told_class)]) >=
                options.least_right * to_real(count);
  auto accuracy = results.cells("classifier_accuracy");
  if (!judge.accuracy()) {
    accuracy.none();
    return reliable;
  }
  accuracy.set(*judge.accuracy());
  return reliable && judge.accuracy()->value >= options.least_accuracy;
}

}  // namespace syncgap::experiments
