#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"

namespace syncgap::experiments {

// One function for each axis and each family of observables that experiments on the regimes of
// real images share; dataset_regimes and trained_regimes put theirs together from these.

Axis classes_axis();
Axis images_axis(std::int64_t count);
Axis regime_seed_axis();
Axis regime_time_axis();
/// As many exact paths are run as it has values, and as many trajectories as the other has.
Axis path_axis(std::int64_t count);
Axis trajectory_axis();
Axis branch_time_axis();
Axis strip_axis();

void describe_images_used(ObservableList& list);
/// Filled by measure_spectrum, measure_posterior and measure_paths.
void describe_spectrum(ObservableList& list);
void describe_posterior(ObservableList& list);
void describe_paths(ObservableList& list);

}  // namespace syncgap::experiments
