#pragma once

#include <cstdint>
#include <vector>

#include "diffusion/conditions.torch.h"
#include "models/denoising_loss.h"
#include "observables/estimate.h"
#include "parallel/team.h"

namespace syncgap::models {

/// How well a denoiser predicts the noise at every step, on fresh pairs and noise of the images it
/// was trained on.
struct DenoisingCurve {
  /// Squared error of the prediction in the common and in the difference mode, a number, over the
  /// variance of that mode's noise, 1 - g and 1 + g: 1 for a denoiser that knows nothing. (T) each
  std::vector<Estimate> common, difference;
  /// Rate of the conditional entropy H[z_0 | z_t] in nats a step, from the same errors: what the
  /// denoiser's own error adds makes it an upper bound. (T); information (34), corrected by E4.3
  std::vector<Estimate> entropy_rate;
};

/// `samples` pairs, the same at all steps, on `device`; the steps are dealt to the ranks of the
/// team, and all of them know the whole curve. Collective.
DenoisingCurve measure_denoising(const DenoiserTask& task, const diffusion::Denoiser& denoiser,
                                 std::int64_t samples, const parallel::Team& team,
                                 torch::Device device = torch::kCPU);

}  // namespace syncgap::models
