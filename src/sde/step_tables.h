#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "sde/reverse_problem.h"

namespace syncgap::sde {

/// A vector of the signal plane, as coefficients of its basis u, v.
using PlaneVector = std::array<float, 2>;

/// The first reverse state: y_N = s target + gain c + deviation Normal(0, 1) with c = x_N (printed,
/// joint) or I_N (path); P(s = 1) is the logistic function of 2 half_logit <c', u> with c' = x_N
/// (printed) or x_0 (path); joint takes the class of its x_N.
struct StartTable {
  PlaneVector target;
  float gain, deviation, half_logit;
};

/// One step of the printed score:
/// w = <on_x_class, x> + <on_y_class, y>, the half logit of the class given x_t and y_t;
/// y' = y + sigma xi + on_y y + on_x x + kick tanh(w) on_y_class.
struct PrintedStepTable {
  PlaneVector on_y_class, on_x_class;
  float on_y, on_x;
};

/// One step of the path score: w = half_logit <x_0, u> + <on_y_class, y - I>;
/// y' = y + sigma xi + on_y y + on_x x + on_integral I + kick tanh(w) on_y_class.
struct PathStepTable {
  PlaneVector on_y_class;
  float on_y, on_x, on_integral;
  float half_step_coupling;  ///< h/2 times the mean coupling of the step, for I
};

/// One step of the joint score: w = <on_x_class, x> + <on_y_class, y>;
/// x' = x + sigma xi_x + xx x + xy y + kick tanh(w) on_x_class, y' alike.
struct JointStepTable {
  PlaneVector on_x_class, on_y_class;
  float xx, xy, yx, yy;
};

/// The numbers every step of every sampler needs at one angle, as the kernels read them:
/// `printed[k * n + i]` for step k = 1 .. N (from t_k to t_{k-1}) of the i-th printed sampler.
struct StepTables {
  StepTables(const ReverseProblem& problem, const TwoClassData& data);

  std::size_t steps;
  float source_decay, source_noise;  ///< of the forward path
  float noise;                       ///< sigma_W sqrt(h)
  float kick;                        ///< sigma_W^2 h
  float path_half_logit;             ///< |mu_x| / sigma_data^2
  std::vector<StartTable> start;     ///< per sampler, in the problem's order
  std::vector<std::size_t> printed_samplers, path_samplers, joint_samplers;
  std::vector<PrintedStepTable> printed;
  std::vector<PathStepTable> path;
  std::vector<JointStepTable> joint;
};

}  // namespace syncgap::sde
