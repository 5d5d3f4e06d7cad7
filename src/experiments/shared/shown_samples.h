#pragma once

#include <cstdint>
#include <span>

#include "core/results.h"
#include "experiments/shared/image_judge.h"
#include "experiments/shared/judge_options.h"

namespace syncgap::experiments {

/// What samples of a network show, judged: `labels` of K classes, of samples that were all told
/// `told_class` or none.
struct ShownSamples {
  std::span<const std::int64_t> labels;
  std::int64_t classes;
  std::int64_t told_class;
};

/// Fills class_share and classifier_accuracy. Whether the samples can be relied on: the classifier
/// has its least accuracy, and enough of them show the class they were told or, told none, no class
/// has more than `most_share` of them, or, where that is 0, more than half way from an even share
/// to all.
bool store_shown_samples(const ShownSamples& samples, const ImageJudge& judge,
                         const JudgeOptions& options, double most_share, Results& results);

}  // namespace syncgap::experiments
