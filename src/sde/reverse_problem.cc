#include "sde/reverse_problem.h"

#include <utility>

#include <Eigen/LU>

#include "core/check.h"

namespace syncgap::sde {

ReverseProblem::ReverseProblem(const theory::CoupledProcess& process, double data_variance,
                               const TimeGrid& grid, std::vector<Sampler> samplers)
    : process_(process),
      data_variance_(data_variance),
      grid_(grid),
      samplers_(std::move(samplers)) {
  SYNCGAP_EXPECTS(process_.kind == theory::CouplingKind::triangular);
  SYNCGAP_EXPECTS(grid_.steps > 0 && grid_.duration > 0 && data_variance_ > 0);
  const Eigen::Matrix2d start = data_variance_ * Eigen::Matrix2d::Identity();
  for (const Sampler& sampler : samplers_) {
    const theory::CoupledMoments moments(process_, sampler.coupling);
    std::vector<GridMoment>& table = moments_.emplace_back();
    table.reserve(grid_.steps + 1);
    for (std::size_t k = 0; k <= grid_.steps; ++k) {
      const theory::Transition transition = moments.at(grid_.time(k));
      const double coupling =
          k == 0 ? 0.0 : sampler.coupling.integral(grid_.time(k - 1), grid_.time(k)) / grid_.step();
      table.push_back({transition.propagator, transition.covariance(start), coupling});
    }
  }
}

ConditionalStep conditional_step(const ReverseProblem& problem, std::size_t sampler,
                                 std::size_t k) {
  const GridMoment& at = problem.moment(sampler, k);
  const double h = problem.grid().step();
  const double noise = problem.process().noise_variance;
  const double variance_x = at.covariance(0, 0);
  ConditionalStep step{};
  step.on_x = -h * at.step_coupling;
  if (problem.samplers()[sampler].score == ScoreKind::printed) {
    step.gain = at.covariance(0, 1) / variance_x;
    step.variance = at.covariance(1, 1) - step.gain * at.covariance(0, 1);
    step.on_x += h * noise * step.gain / step.variance;
  } else {
    // Given the whole path of X, Y is I_t plus a process that relaxes as X does, uncoupled.
    step.gain = 1.0;
    step.variance = variance_x;
    step.on_integral = h * noise / step.variance;
  }
  step.on_y = h * (problem.process().beta - noise / step.variance);
  return step;
}

Eigen::Matrix2d joint_step(const ReverseProblem& problem, std::size_t sampler, std::size_t k) {
  const GridMoment& at = problem.moment(sampler, k);
  return -problem.grid().step() * (problem.process().relaxation(at.step_coupling) +
                                   problem.process().noise_variance * at.covariance.inverse());
}

SourceStep source_step(const ReverseProblem& problem) {
  const double rate = -problem.process().beta;
  const double h = problem.grid().step();
  return {std::exp(rate * h),
          std::sqrt(problem.process().noise_variance * theory::growth_integral(rate, h))};
}

}  // namespace syncgap::sde
