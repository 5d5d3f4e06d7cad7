#include "sde/orthogonal_variance.h"

#include <cmath>
#include <vector>

#include <Eigen/Core>

namespace syncgap::sde {
namespace {

/// Z_{k-1} = (1 + S_k) Z_k + noise from the exact law at T.
double joint_variance(const ReverseProblem& problem, std::size_t sampler) {
  const TimeGrid& grid = problem.grid();
  const Eigen::Matrix2d noise =
      problem.process().noise_variance * grid.step() * Eigen::Matrix2d::Identity();
  Eigen::Matrix2d covariance = problem.moment(sampler, grid.steps).covariance;
  for (std::size_t k = grid.steps; k > 0; --k) {
    const Eigen::Matrix2d step = Eigen::Matrix2d::Identity() + joint_step(problem, sampler, k);
    covariance = step * covariance * step.transpose() + noise;
  }
  return covariance(1, 1);
}

/// y_0 is linear in the forward path (x_k, I_k) and the reverse noise. Its weights on the path come
/// from one pass over the steps from 0 up; pulling them back through the forward recursion, from N
/// down to 0, turns them into weights on the independent forward noises.
double conditional_variance(const ReverseProblem& problem, std::size_t sampler) {
  const TimeGrid& grid = problem.grid();
  const double h = grid.step();
  const bool frozen_path = problem.samplers()[sampler].score == ScoreKind::path;
  std::vector<Eigen::Vector2d> weights(grid.steps + 1, Eigen::Vector2d::Zero());  // on (x_k, I_k)
  double variance = 0;
  double carried = 1;  // d y_0 / d y_{k-1}
  for (std::size_t k = 1; k <= grid.steps; ++k) {
    const ConditionalStep step = conditional_step(problem, sampler, k);
    variance += carried * carried * problem.process().noise_variance * h;
    weights[k] = carried * Eigen::Vector2d(step.on_x, step.on_integral);
    carried *= 1 + step.on_y;
  }
  const ConditionalStep last = conditional_step(problem, sampler, grid.steps);
  variance += carried * carried * last.variance;
  weights[grid.steps][frozen_path ? 1 : 0] += carried * last.gain;

  const SourceStep source = source_step(problem);
  Eigen::Vector2d weight = Eigen::Vector2d::Zero();
  for (std::size_t k = grid.steps; k > 0; --k) {
    weight += weights[k];
    const double half = 0.5 * h * problem.moment(sampler, k).step_coupling;
    const double on_noise = source.noise * (weight[0] + half * weight[1]);
    variance += on_noise * on_noise;
    weight = Eigen::Vector2d(source.decay * (weight[0] + 2 * half * weight[1]),
                             source.decay * weight[1]);
  }
  weight += weights[0];
  return variance + weight[0] * weight[0] * problem.data_variance();
}

}  // namespace

double orthogonal_variance(const ReverseProblem& problem, std::size_t sampler) {
  return problem.samplers()[sampler].score == ScoreKind::joint
             ? joint_variance(problem, sampler)
             : conditional_variance(problem, sampler);
}

double orthogonal_variance_limit(const ReverseProblem& problem, std::size_t sampler) {
  const auto refined = [&](std::size_t factor) {
    const TimeGrid grid{problem.grid().duration, problem.grid().steps * factor};
    return orthogonal_variance(
        {problem.process(), problem.data_variance(), grid, {problem.samplers()[sampler]}}, 0);
  };
  // The error of the scheme is a h + b h^2 + ...: both terms cancel.
  const double coarse = refined(2), middle = refined(4), fine = refined(8);
  const double first = 2 * middle - coarse, second = 2 * fine - middle;
  return (4 * second - first) / 3;
}

}  // namespace syncgap::sde
