#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// What dit sec. 2.3-2.6 and appendix B assume of a transformer, measured: the linear response of
/// every block to the difference of replicas, the score's gain, and the speciation parameter.
std::unique_ptr<Experiment> make_attention_response();

}  // namespace syncgap::experiments
