#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Conditional generation with population scores (multimodal appendix C, figures 12-14): the score
/// as printed, which is biased, beside two that are exact (corrections E0.22).
std::unique_ptr<Experiment> make_exact_score();

}  // namespace syncgap::experiments
