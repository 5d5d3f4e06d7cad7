#pragma once

namespace syncgap::theory {

// Shares of a coupled attention's response, dit (27): what a replica hears of the other is weakened
// by rho, and the change of patterns is counted with xi.
constexpr double routing_share(double g) { return (1 - g) / (1 + g); }
constexpr double pattern_share(double g) { return 1 / (1 + g); }

/// What decides whether a mode speciates at one step and block.
struct ModewiseState {
  double gain;        ///< eta_k(g) of the block
  double score_gain;  ///< gamma
  double separation;  ///< m_k
  double variance;    ///< c_k
};

/// dit (55): the score restores more than the block amplifies, eta < 1 + gamma / c.
bool score_restores(const ModewiseState& state);
/// kappa_{v,k}, dit (50); the mode has speciated where it is above 1. NaN unless score_restores.
double speciation_parameter(const ModewiseState& state);
/// Score of N(+-m, c) / 2 at a, dit (35): -a / c + (m / c) tanh(m a / c).
double two_branch_score(double a, double separation, double variance);

}  // namespace syncgap::theory
