#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "experiments/shared/judge_options.h"
#include "experiments/shared/replica_options.h"

namespace syncgap::experiments {

/// Side and colours of the images that the judge sees.
struct ShownImage {
  std::int64_t channels = 1, side = 28;
};
ShownImage shown_image(const JudgeOptions& judge, const ReplicaOptions& replicas);
/// Axes of its numbers: channel, row, column.
std::vector<Axis> shown_image_axes(const JudgeOptions& judge, const ReplicaOptions& replicas);

/// Throws InputError where a file is missing, or there is nothing to decode.
void check_judge(const JudgeOptions& judge, const ReplicaOptions& replicas);

/// Floating-point operations of looking at so many states.
double judge_operations(const JudgeOptions& judge, const ReplicaOptions& replicas, double states);
/// Bytes of real images, of weights and of what an image takes on its way.
double judge_memory(const JudgeOptions& judge, const ReplicaOptions& replicas);

}  // namespace syncgap::experiments
