#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <Eigen/Dense>

#include "sde/reverse_sampler.h"

namespace syncgap::sde::testing {

using Eigen::Matrix2d;
using Eigen::MatrixXd;
using Eigen::Vector2d;
using Eigen::VectorXd;

/// One trial written down as the definitions are: double precision, one sampler, plain vectors, scores as
/// sums over the two classes. Slow and obvious; draws the same random numbers as the real thing.
class ReferenceTrial {
 public:
  struct State {
    VectorXd x, y;  // (C)
  };

  ReferenceTrial(const theory::CoupledProcess& process, const TimeGrid& grid,
                 const TwoClassData& data, Space space)
      : process_(process),
        grid_(grid),
        data_(data),
        components_(space == Space::plane ? 2 : static_cast<Eigen::Index>(data.dimension)) {
    const SignalBasis basis(space, data.dimension);
    VectorXd u(components_), v(components_);
    for (Eigen::Index c = 0; c < components_; ++c) {
      u[c] = basis.u[static_cast<std::size_t>(c)];
      v[c] = basis.v[static_cast<std::size_t>(c)];
    }
    mu_x_ = data.mean_norm() * u;
    mu_y_ = data.mean_norm() * (std::cos(data.angle) * u + std::sin(data.angle) * v);
  }

  /// (x_0, y_0) of one sampler and trial.
  State run(const Sampler& sampler, const ReverseStreams& streams, std::uint64_t trial) const {
    const std::vector<VectorXd> path = forward_path(streams, trial);
    const std::vector<VectorXd> integral = path_integral(sampler, path);
    const double h = grid_.step();
    State state = start(sampler, streams, trial, path, integral);
    for (std::size_t k = grid_.steps; k > 0; --k) {
      const double t = grid_.time(k);
      const double g = sampler.coupling.integral(grid_.time(k - 1), t) / h;
      const double size = std::sqrt(process_.noise_variance * h);
      const VectorXd noise_y = noise(streams.reverse_noise, trial, k, 0);
      if (sampler.score == ScoreKind::joint) {
        const State score = joint_score(sampler, t, state);
        const VectorXd noise_x = noise(streams.reverse_noise, trial, k, components_);
        const double w2 = process_.noise_variance;
        const VectorXd x = state.x + h * (process_.beta * state.x + w2 * score.x) + size * noise_x;
        state.y += h * (process_.beta * state.y - g * state.x + w2 * score.y) + size * noise_y;
        state.x = x;
      } else {
        const VectorXd score = sampler.score == ScoreKind::printed
                                   ? printed_score(sampler, t, path[k], state.y)
                                   : path_score(t, path[0], integral[k], state.y);
        state.y += h * (process_.beta * state.y - g * path[k] + process_.noise_variance * score) +
                   size * noise_y;
      }
    }
    if (sampler.score != ScoreKind::joint) state.x = path[0];
    return state;
  }

 private:
  struct Moments {
    Matrix2d propagator, covariance;
  };
  struct Conditional {
    VectorXd centre, class_mean;  // the two components are centre +- class_mean
    double variance, log_odds;
  };

  Moments moments(const Sampler& sampler, double t) const {
    const auto transition = theory::transition(process_, sampler.coupling, 0, t);
    return {transition.propagator, transition.covariance(data_.variance * Matrix2d::Identity())};
  }

  VectorXd noise(const RandomStream& stream, std::uint64_t trial, std::size_t step,
                 Eigen::Index first) const {
    VectorXd values(components_);
    for (Eigen::Index c = 0; c < components_; ++c)
      values[c] = stream.normal<float>(trial, static_cast<std::uint32_t>(step),
                                       static_cast<std::uint32_t>(first + c));
    return values;
  }

  std::vector<VectorXd> forward_path(const ReverseStreams& streams, std::uint64_t trial) const {
    const double s = streams.label.uniform<float>(trial, 0, 0) < 0.5F ? 1 : -1;
    std::vector<VectorXd> path = {s * mu_x_ + std::sqrt(data_.variance) *
                                                  noise(streams.forward_noise, trial, 0, 0)};
    const double beta = process_.beta, h = grid_.step();
    const double size =
        std::sqrt(process_.noise_variance * (1 - std::exp(-2 * beta * h)) / (2 * beta));
    for (std::size_t k = 1; k <= grid_.steps; ++k) {
      const auto first = static_cast<Eigen::Index>(k - 1) * components_;
      path.push_back(std::exp(-beta * h) * path.back() +
                     size * noise(streams.forward_noise, trial, 1, first));
    }
    return path;
  }

  /// I_t = int_0^t e^{-beta (t - s)} g(s) X_s ds.
  std::vector<VectorXd> path_integral(const Sampler& sampler,
                                      const std::vector<VectorXd>& path) const {
    const double h = grid_.step(), decay = std::exp(-process_.beta * h);
    std::vector<VectorXd> integral = {VectorXd::Zero(components_)};
    for (std::size_t k = 1; k <= grid_.steps; ++k) {
      const double g = sampler.coupling.integral(grid_.time(k - 1), grid_.time(k)) / h;
      integral.push_back(decay * integral.back() + g * h / 2 * (decay * path[k - 1] + path[k]));
    }
    return integral;
  }

  Conditional printed_law(const Sampler& sampler, double t, const VectorXd& x) const {
    const Moments at = moments(sampler, t);
    const double r = at.covariance(0, 1) / at.covariance(0, 0);
    const VectorXd mean_x = at.propagator(0, 0) * mu_x_;
    const VectorXd mean_y = at.propagator(1, 0) * mu_x_ + at.propagator(1, 1) * mu_y_;
    return {r * x, mean_y - r * mean_x, at.covariance(1, 1) - r * at.covariance(0, 1),
            2 * x.dot(mean_x) / at.covariance(0, 0)};
  }

  Conditional path_law(double t, const VectorXd& x0, const VectorXd& integral) const {
    const double decay = std::exp(-process_.beta * t);
    return {integral, decay * mu_y_,
            decay * decay * data_.variance +
                process_.noise_variance * (1 - decay * decay) / (2 * process_.beta),
            2 * x0.dot(mu_x_) / data_.variance};
  }

  /// Gradient of log(w_+ N(y; c + D, v) + w_- N(y; c - D, v)).
  static VectorXd mixture_score(const Conditional& law, const VectorXd& y) {
    const VectorXd plus = law.centre + law.class_mean - y;
    const VectorXd minus = law.centre - law.class_mean - y;
    const double log_ratio =
        law.log_odds + (minus.squaredNorm() - plus.squaredNorm()) / (2 * law.variance);
    const double p = 1 / (1 + std::exp(-log_ratio));
    return (p * plus + (1 - p) * minus) / law.variance;
  }

  VectorXd printed_score(const Sampler& sampler, double t, const VectorXd& x,
                         const VectorXd& y) const {
    return mixture_score(printed_law(sampler, t, x), y);
  }
  VectorXd path_score(double t, const VectorXd& x0, const VectorXd& integral,
                      const VectorXd& y) const {
    return mixture_score(path_law(t, x0, integral), y);
  }

  /// -C^-1 z + C^-1 mu tanh(mu^T C^-1 z), multimodal (28).
  State joint_score(const Sampler& sampler, double t, const State& state) const {
    const Moments at = moments(sampler, t);
    const Matrix2d precision = at.covariance.inverse();
    MatrixXd z(2, components_), mean(2, components_);
    z << state.x.transpose(), state.y.transpose();
    mean << mu_x_.transpose(), mu_y_.transpose();
    const MatrixXd pulled = precision * (at.propagator * mean);
    const double w = pulled.cwiseProduct(z).sum();
    const MatrixXd score = -precision * z + std::tanh(w) * pulled;
    return {score.row(0).transpose(), score.row(1).transpose()};
  }

  State start(const Sampler& sampler, const ReverseStreams& streams, std::uint64_t trial,
              const std::vector<VectorXd>& path, const std::vector<VectorXd>& integral) const {
    const double t = grid_.duration;
    const Conditional law = sampler.score == ScoreKind::path
                                ? path_law(t, path.front(), integral.back())
                                : printed_law(sampler, t, path.back());
    double s = streams.start_class.uniform<float>(trial, 0, 0) < 1 / (1 + std::exp(-law.log_odds))
                   ? 1
                   : -1;
    if (sampler.score == ScoreKind::joint)
      s = streams.label.uniform<float>(trial, 0, 0) < 0.5F ? 1 : -1;
    return {path.back(), law.centre + s * law.class_mean +
                             std::sqrt(law.variance) * noise(streams.reverse_noise, trial, 0, 0)};
  }

  theory::CoupledProcess process_;
  TimeGrid grid_;
  TwoClassData data_;
  Eigen::Index components_;
  VectorXd mu_x_, mu_y_;
};

}  // namespace syncgap::sde::testing
