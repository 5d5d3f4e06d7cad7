#pragma once

#include "core/grid.h"
#include "core/job.h"
#include "experiments/experiment.h"

namespace syncgap::app {

/// make_grid of an experiment whose options are set. An axis that it has only with another value of
/// an option is refused by an InputError that names the option and the value.
Grid job_grid(const Job& job, experiments::Experiment& experiment);

}  // namespace syncgap::app
