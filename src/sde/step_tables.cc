#include "sde/step_tables.h"

#include <cmath>

#include <Eigen/LU>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::sde {
namespace {

/// The class means (mu_x(t), mu_y(t)) along u and along v.
struct MeansAt {
  std::array<Eigen::Vector2d, 2> along;
};

MeansAt propagate_means(const GridMoment& at, const TwoClassData& data) {
  const double norm = data.mean_norm();
  const Eigen::Vector2d along_u(norm, norm * std::cos(data.angle));
  const Eigen::Vector2d along_v(0, norm * std::sin(data.angle));
  return {{at.propagator * along_u, at.propagator * along_v}};
}

/// D: the class mean of Y around the centre of its conditional law.
std::array<double, 2> conditional_mean(const GridMoment& at, ScoreKind score, double gain,
                                       const TwoClassData& data) {
  const MeansAt means = propagate_means(at, data);
  std::array<double, 2> mean{};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const double uncoupled = at.propagator(0, 0) * data.mean_norm() *
                             (axis == 0 ? std::cos(data.angle) : std::sin(data.angle));
    mean[axis] =
        score == ScoreKind::path ? uncoupled : means.along[axis][1] - gain * means.along[axis][0];
  }
  return mean;
}

/// Half the logit of the class given x_t is this times <x_t, u>.
double source_half_logit(const GridMoment& at, const TwoClassData& data) {
  return at.propagator(0, 0) * data.mean_norm() / at.covariance(0, 0);
}

PlaneVector to_floats(const std::array<double, 2>& vector, double factor) {
  return {to_float(factor * vector[0]), to_float(factor * vector[1])};
}

StartTable make_start(const ReverseProblem& problem, std::size_t sampler,
                      const TwoClassData& data) {
  const std::size_t last = problem.grid().steps;
  const GridMoment& at = problem.moment(sampler, last);
  const ScoreKind score = problem.samplers()[sampler].score;
  // At its start the joint law is the law of x_T times the printed conditional law of y_T.
  const double regression = at.covariance(0, 1) / at.covariance(0, 0);
  const double gain = score == ScoreKind::path ? 1.0 : regression;
  const double variance = score == ScoreKind::path
                              ? at.covariance(0, 0)
                              : at.covariance(1, 1) - regression * at.covariance(0, 1);
  const double half_logit =
      score == ScoreKind::path ? data.mean_norm() / data.variance : source_half_logit(at, data);
  return {to_floats(conditional_mean(at, score, gain, data), 1.0), to_float(gain),
          to_float(std::sqrt(variance)), to_float(half_logit)};
}

PrintedStepTable make_printed(const ReverseProblem& problem, std::size_t sampler, std::size_t k,
                              const TwoClassData& data) {
  const GridMoment& at = problem.moment(sampler, k);
  const ConditionalStep step = conditional_step(problem, sampler, k);
  const auto mean = conditional_mean(at, ScoreKind::printed, step.gain, data);
  PrintedStepTable table{};
  table.on_y_class = to_floats(mean, 1 / step.variance);
  table.on_x_class = to_floats(mean, -step.gain / step.variance);
  table.on_x_class[0] = to_float(source_half_logit(at, data) - step.gain * mean[0] / step.variance);
  table.on_y = to_float(step.on_y);
  table.on_x = to_float(step.on_x);
  return table;
}

PathStepTable make_path(const ReverseProblem& problem, std::size_t sampler, std::size_t k,
                        const TwoClassData& data) {
  const GridMoment& at = problem.moment(sampler, k);
  const ConditionalStep step = conditional_step(problem, sampler, k);
  const auto mean = conditional_mean(at, ScoreKind::path, step.gain, data);
  return {to_floats(mean, 1 / step.variance), to_float(step.on_y), to_float(step.on_x),
          to_float(step.on_integral), to_float(0.5 * problem.grid().step() * at.step_coupling)};
}

JointStepTable make_joint(const ReverseProblem& problem, std::size_t sampler, std::size_t k,
                          const TwoClassData& data) {
  const GridMoment& at = problem.moment(sampler, k);
  const Eigen::Matrix2d precision = at.covariance.inverse();
  const MeansAt means = propagate_means(at, data);
  const Eigen::Vector2d u = precision * means.along[0], v = precision * means.along[1];
  const Eigen::Matrix2d step = joint_step(problem, sampler, k);
  return {to_floats({u[0], v[0]}, 1.0), to_floats({u[1], v[1]}, 1.0), to_float(step(0, 0)),
          to_float(step(0, 1)),         to_float(step(1, 0)),         to_float(step(1, 1))};
}

}  // namespace

StepTables::StepTables(const ReverseProblem& problem, const TwoClassData& data)
    : steps(problem.grid().steps) {
  SYNCGAP_EXPECTS(data.variance == problem.data_variance());
  const SourceStep source = source_step(problem);
  const double h = problem.grid().step(), variance_rate = problem.process().noise_variance;
  source_decay = to_float(source.decay);
  source_noise = to_float(source.noise);
  noise = to_float(std::sqrt(variance_rate * h));
  kick = to_float(variance_rate * h);
  path_half_logit = to_float(data.mean_norm() / data.variance);
  for (std::size_t i = 0; i < problem.samplers().size(); ++i) {
    start.push_back(make_start(problem, i, data));
    switch (problem.samplers()[i].score) {
      case ScoreKind::printed:
        printed_samplers.push_back(i);
        break;
      case ScoreKind::path:
        path_samplers.push_back(i);
        break;
      case ScoreKind::joint:
        joint_samplers.push_back(i);
        break;
    }
  }
  // Row 0 stays empty: no step starts at t_0.
  printed.resize((steps + 1) * printed_samplers.size());
  path.resize((steps + 1) * path_samplers.size());
  joint.resize((steps + 1) * joint_samplers.size());
  for (std::size_t k = 1; k <= steps; ++k) {
    for (std::size_t i = 0; i < printed_samplers.size(); ++i)
      printed[k * printed_samplers.size() + i] =
          make_printed(problem, printed_samplers[i], k, data);
    for (std::size_t i = 0; i < path_samplers.size(); ++i)
      path[k * path_samplers.size() + i] = make_path(problem, path_samplers[i], k, data);
    for (std::size_t i = 0; i < joint_samplers.size(); ++i)
      joint[k * joint_samplers.size() + i] = make_joint(problem, joint_samplers[i], k, data);
  }
}

}  // namespace syncgap::sde
