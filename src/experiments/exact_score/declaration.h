#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/exact_score/options.h"

namespace syncgap::experiments {

/// Axes of `exact_score` with the values of figures 12-14. One run of an angle and seed fills all
/// methods, scores, schedules, strengths and times: they share its forward paths and noise.
std::vector<Axis> exact_score_axes(const ExactScoreOptions& options);

/// What `exact_score` measures in a cell (method, score, schedule, g): accuracy, mse, nll; delta_*
/// of them against g = 0 on the same noise; *_error standard errors; baseline_* at g = 0; perfect_*
/// of exact samples; and the variance outside the signal plane, sampled and exact.
std::vector<Observable> exact_score_observables(const ExactScoreOptions& options);

}  // namespace syncgap::experiments
