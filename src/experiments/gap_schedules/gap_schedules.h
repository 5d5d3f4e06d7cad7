#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// The inverse problem of coupling schedules: the g(t) of a fixed integrated coupling that makes
/// the synchronization gap of two modalities smallest or largest, beyond multimodal section 3 and
/// (144).
std::unique_ptr<Experiment> make_gap_schedules();

}  // namespace syncgap::experiments
