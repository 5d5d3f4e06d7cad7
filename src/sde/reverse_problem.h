#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include <Eigen/Core>

#include "core/numbers.h"
#include "theory/coupled_process.h"
#include "theory/coupling_schedule.h"

namespace syncgap::sde {

/// Two classes s = +1, -1 of paired points (x0, y0), each Gaussian around s mu_x and s mu_y, which
/// span the signal plane: mu_x = sqrt(d) m u, mu_y = sqrt(d) m (cos(angle) u + sin(angle) v).
/// multimodal (138), (139)
struct TwoClassData {
  std::size_t dimension = 32;
  double mean_amplitude = 0.5;  ///< m: root mean square of a mean's components
  double variance = 1.0;        ///< sigma_data^2
  double angle = 0.0;           ///< theta, between mu_x and mu_y

  /// |mu_x| = |mu_y|.
  double mean_norm() const { return std::sqrt(to_real(dimension)) * mean_amplitude; }
};

/// Forward time [0, T] in equal steps; reverse trajectories visit t_N = T, ..., t_0 = 0.
struct TimeGrid {
  double duration = 2.0;    ///< T
  std::size_t steps = 800;  ///< N

  double step() const { return duration / to_real(steps); }
  double time(std::size_t k) const { return step() * to_real(k); }
};

/// Which score drives the reverse trajectory of Y (corrections E0.22).
enum class ScoreKind {
  printed,  ///< of P_t(y | x_t), X a frozen forward path: multimodal (142), biased
  path,     ///< of P_t(y | X_{0:t}), X a frozen forward path: exact
  joint,    ///< of P_t(x, y), X reversed along with Y: exact
};

/// One way to generate Y: a score and the coupling g(t) of the process.
struct Sampler {
  ScoreKind score = ScoreKind::printed;
  theory::CouplingSchedule coupling = theory::CouplingSchedule::constant(0.0);
};

/// The forward process at one grid time, per coordinate.
struct GridMoment {
  Eigen::Matrix2d propagator;  ///< the mean of (X, Y) at t given (X, Y) at 0
  Eigen::Matrix2d covariance;  ///< of (X, Y) within a class
  double step_coupling = 0;    ///< mean of g over the step that ends at this time
};

/// Samplers that will run on common random numbers, and the moments of their processes at all grid
/// times. Independent of the dimension, the means and the angle, so one serves all angles.
class ReverseProblem {
 public:
  ReverseProblem(const theory::CoupledProcess& process, double data_variance, const TimeGrid& grid,
                 std::vector<Sampler> samplers);

  const theory::CoupledProcess& process() const { return process_; }
  const TimeGrid& grid() const { return grid_; }
  double data_variance() const { return data_variance_; }
  const std::vector<Sampler>& samplers() const { return samplers_; }
  /// At t_k for one sampler; k = 0 .. N.
  const GridMoment& moment(std::size_t sampler, std::size_t k) const {
    return moments_[sampler][k];
  }

 private:
  theory::CoupledProcess process_;
  double data_variance_;
  TimeGrid grid_;
  std::vector<Sampler> samplers_;
  std::vector<std::vector<GridMoment>> moments_;
};

/// What a step of the Euler-Maruyama scheme does to one coordinate of Y apart from noise and the
/// tanh of the class: y_{k-1} = y_k + on_y y_k + on_x x_k + on_integral I_k + ... (printed, path).
struct ConditionalStep {
  double on_y, on_x, on_integral;
  double gain;  ///< r or 1: the centre of the conditional law is gain x_k (printed) or I_k (path)
  double variance;  ///< v of the conditional law
};
ConditionalStep conditional_step(const ReverseProblem& problem, std::size_t sampler, std::size_t k);

/// The same for (X, Y) reversed together: z_{k-1} = z_k + matrix z_k + ...
Eigen::Matrix2d joint_step(const ReverseProblem& problem, std::size_t sampler, std::size_t k);

/// X between grid times, x_{k+1} = decay x_k + noise Normal(0, 1): exact for any step.
struct SourceStep {
  double decay, noise;
};
SourceStep source_step(const ReverseProblem& problem);

}  // namespace syncgap::sde
