#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace syncgap::observables {

/// End points of the clones of one branch: K rows of T trials, projections on the class axis.
using CloneEnds = std::span<const std::span<const float>>;

/// Share of the K (K - 1) / 2 pairs of clones that end on the same side, per trial: (T).
std::vector<double> sign_agreement(CloneEnds clones);

/// Probability that two clones of a trial carry the same latent label, averaged over the pairs:
/// (T). The label of an end point p is +-1 with mean tanh(sharpness p), drawn apart for every
/// clone; that draw is averaged in closed form. regimes (27)
std::vector<double> label_agreement(CloneEnds clones, double sharpness);

/// Agreement of one trajectory at each of S branch steps. Clone s left the trunk at the s-th step,
/// in increasing order; so it shares the state there, and no noise after it, with the trunk and
/// with every clone that left below: all of them are its partners, not the trunk alone. Share of
/// those pairs that carry the same label, (S); its mean over trajectories is multimodal (104) with
/// less noise.
std::vector<double> shared_past_agreement(std::int64_t trunk, std::span<const std::int64_t> clones);

}  // namespace syncgap::observables
