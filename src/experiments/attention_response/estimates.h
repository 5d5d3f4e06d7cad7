#pragma once

#include <optional>
#include <vector>

#include "core/estimate.h"
#include "core/random.h"
#include "core/results.h"
#include "experiments/attention_response/plan.h"
#include "experiments/attention_response/response_data.h"

namespace syncgap::experiments {

/// log10 of the root of a ratio of squares; NaN where that is not positive.
Estimate log10_of_root(const Estimate& ratio);

/// Gains of blocks, their products and what was propagated. `at_means` where it was computed.
/// `variances`: those of the modes by block, 0 where there is no such mode.
void store_gains(const AttentionResponsePlan& plan, const ResponseData& symmetric,
                 const std::optional<ResponseData>& at_means,
                 const std::vector<std::vector<double>>& variances, Results& results);
/// What heads do by band.
void store_heads(const AttentionResponsePlan& plan, const ResponseData& symmetric,
                 Results& results);
/// Two branches of real differences, the score's gain, and the speciation parameter: after
/// store_gains, whose whole_gain it reads. `chance` draws what one branch looks like.
void store_branches(const AttentionResponsePlan& plan, const ResponseData& symmetric,
                    const PairData& pairs, const std::vector<std::vector<double>>& variances,
                    const RandomStream& chance, Results& results);

}  // namespace syncgap::experiments
