#include "theory/modewise_speciation.h"

#include <cmath>
#include <limits>

namespace syncgap::theory {

bool score_restores(const ModewiseState& state) {
  return (1 - state.gain) * state.variance + state.score_gain > 0;
}

double speciation_parameter(const ModewiseState& state) {
  if (!score_restores(state)) return std::numeric_limits<double>::quiet_NaN();
  return state.score_gain * state.separation * state.separation /
         (state.variance * ((1 - state.gain) * state.variance + state.score_gain));
}

double two_branch_score(double a, double separation, double variance) {
  return (separation * std::tanh(separation * a / variance) - a) / variance;
}

}  // namespace syncgap::theory
