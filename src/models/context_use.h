#pragma once

#include <cstdint>
#include <vector>

#include "models/denoising_loss.h"
#include "models/trained_denoiser.h"
#include "observables/estimate.h"
#include "parallel/team.h"

namespace syncgap::models {

/// How well a denoiser does in one context, at each of S steps.
struct ErrorInContext {
  /// Squared error of the noise, a number: the mean over images of |eps_hat - eps|^2 / (C H W).
  std::vector<Estimate> noise;  ///< (S)
  /// Relative error of the clean prediction, sqrt(E |x0_hat - x0|^2 / E |x0|^2).
  std::vector<Estimate> clean;  ///< (S)
};

/// How much a denoiser uses of its context: what its error gains where that is replaced by another
/// image's, or by the mean of its values (networks::Context). Errors of ratios are by the delta
/// method over the images, each of which has the same noise in all contexts.
struct ContextUse {
  ErrorInContext own, other, uniform;
  /// (error - own error) / own error of the noise: 0 where every token denoises by itself. Not
  /// bounded, and below 0 where the context does harm. NaN where the own error is 0. (S) each
  std::vector<Estimate> rise_other, rise_uniform;
};

/// What rows are told of their class.
enum class ToldClass {
  own,   ///< that of the image, where the network is told classes at all
  none,  ///< the null label
};

/// `samples` images of the bank under noise of their own, each beside a donor: another image, which
/// is nobody else's donor, with noise of its own at the same step. So `samples` is at most half the
/// images. Both are the same in all contexts; images are the same at all steps, noise is not. A
/// donor is told the class of the image it gives to: replicas of a row share what they are told.
/// Steps and blocks of images are dealt to the ranks of the team, and all of them know the whole.
/// States are single images. Throws InputError for steps that the schedule has not, for fewer than
/// four images, and for a network without context. Collective.
ContextUse measure_context_use(const DenoiserTask& task, const TrainedDenoiser& model,
                               const std::vector<std::int64_t>& steps, std::int64_t samples,
                               const parallel::Team& team, ToldClass told = ToldClass::own);

}  // namespace syncgap::models
