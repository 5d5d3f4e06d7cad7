#pragma once

#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/grid.h"
#include "core/observable.h"
#include "experiments/attention_response/options.h"

namespace syncgap::experiments {

/// Where the response is computed: where both replicas are alike, or at the mean of a real pair.
enum class ResponseState { symmetric, mean };
inline constexpr Choices kResponseStates{std::pair{ResponseState::symmetric, "symmetric"},
                                         std::pair{ResponseState::mean, "mean"}};

/// Why there is a speciation parameter or none; values of observable `kappa_status`.
enum class KappaStatus { two_branches, one_branch, no_score, amplified };

std::vector<Axis> attention_response_axes(const AttentionResponseOptions& options);
std::vector<Observable> attention_response_observables(const AttentionResponseOptions& options);

}  // namespace syncgap::experiments
