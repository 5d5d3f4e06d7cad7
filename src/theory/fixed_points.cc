#include "theory/fixed_points.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include "core/check.h"
#include "core/root.h"

namespace syncgap::theory {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kMostClimbingSteps = 20000;
constexpr int kMostNewtonSteps = 60;

VectorXd score_at(const NoisedMixture& noised, const VectorXd& x) { return noised.at(x).score; }

FixedPoint describe(const NoisedMixture& noised, VectorXd x) {
  const VectorXd spectrum = jacobian_spectrum(noised, x);
  return {std::move(x), noised.noise() * spectrum[spectrum.size() - 1]};
}

/// Steps below this are rounding.
double resolution(const NoisedMixture& noised, const VectorXd& x) {
  return 1e-15 * (x.norm() + std::sqrt(noised.noise()));
}

/// One root of `f` on [low, high], to rounding.
template <class F>
std::optional<double> root(F f, double low, double high) {
  const double at_low = f(low), at_high = f(high);
  if (at_low != 0.0 && at_high != 0.0 && !opposite(at_low, at_high)) return std::nullopt;
  return find_root("fixed point", f, {low, high, at_low, at_high}, 51);
}

}  // namespace

VectorXd jacobian_spectrum(const NoisedMixture& noised, const VectorXd& x) {
  const MatrixXd jacobian = noised.jacobian(x, noised.at(x));
  if (jacobian.rows() == 1) return jacobian.col(0);
  return Eigen::SelfAdjointEigenSolver<MatrixXd>(jacobian, Eigen::EigenvaluesOnly).eigenvalues();
}

FixedPoint climb(const NoisedMixture& noised, const VectorXd& start) {
  VectorXd x = start;
  PosteriorState state = noised.at(x);
  const double stride = 0.3 * std::sqrt(noised.noise());
  int stalls = 0;
  for (int i = 0; i < kMostClimbingSteps && stalls < 3; ++i) {
    // Gains of log p this small are rounding: then only the score can tell better from worse.
    const double rounding = 1e-14 * (1.0 + std::abs(state.log_density));
    auto improves = [&](const PosteriorState& ahead) {
      return ahead.log_density > state.log_density + rounding ||
             (ahead.log_density >= state.log_density - rounding &&
              ahead.score.squaredNorm() < state.score.squaredNorm());
    };
    // Newton only where the density is concave, and only if it goes up: it is fast, but it may jump
    // across a saddle.
    const Eigen::LLT<MatrixXd> curvature(-noised.jacobian(x, state));
    VectorXd step;
    PosteriorState ahead;
    bool accepted = false;
    if (curvature.info() == Eigen::Success) {
      step = curvature.solve(state.score);
      if (step.norm() <= stride) {
        ahead = noised.at(x + step);
        accepted = improves(ahead);
      }
    }
    if (!accepted) {
      step = noised.mean_precision(state).llt().solve(state.score);  // mean shift
      ahead = noised.at(x + step);
      if (!improves(ahead)) ++stalls;
    }
    x += step;
    state = std::move(ahead);
    if (step.norm() <= resolution(noised, x)) break;
  }
  return describe(noised, std::move(x));
}

std::optional<FixedPoint> nearby_fixed_point(const NoisedMixture& noised, const VectorXd& start,
                                             double reach) {
  VectorXd x = start;
  PosteriorState state = noised.at(x);
  for (int i = 0; i < kMostNewtonSteps; ++i) {
    if (state.score.isZero(0.0)) break;  // also where J is singular
    const VectorXd step = -noised.jacobian(x, state).partialPivLu().solve(state.score);
    if (!step.allFinite()) return std::nullopt;
    PosteriorState ahead = noised.at(x + step);
    // At a bifurcation J is singular and the last steps only stir the rounding of the score.
    if (i > 0 && ahead.score.norm() >= state.score.norm()) break;
    x += step;
    state = std::move(ahead);
    if ((x - start).norm() > reach) return std::nullopt;
    if (step.norm() <= resolution(noised, x)) break;
  }
  const double rounding = 1e-9 / std::sqrt(noised.noise());
  if (!(state.score.norm() <= rounding)) return std::nullopt;
  return describe(noised, std::move(x));
}

std::vector<FixedPoint> line_fixed_points(const NoisedMixture& noised) {
  SYNCGAP_EXPECTS(noised.dimension() == 1);
  const DataMixture& data = noised.data();
  const double low = data.means().minCoeff(), high = data.means().maxCoeff();
  VectorXd x(1);
  auto score = [&](double at) {
    x[0] = at;
    return score_at(noised, x)[0];
  };
  auto curvature = [&](double at) {
    x[0] = at;
    return noised.divergence(x, noised.at(x));
  };
  std::vector<double> roots;
  if (high - low <= 1e-14 * std::max(std::abs(low), std::abs(high))) {
    roots.push_back(0.5 * (low + high));
  } else {
    // Between two neighbours of the grid the score has at most one extremum, found from its slope.
    const double width = std::sqrt(noised.noise() + data.spectra().minCoeff());
    const double margin = 1e-3 * width;
    const int steps = std::clamp(static_cast<int>(8.0 * (high - low) / width), 64, 20000);
    std::vector<double> knots;
    for (int i = 0; i <= steps; ++i)
      knots.push_back(low - margin + (high - low + 2.0 * margin) * i / steps);
    std::vector<double> stops = {knots[0]};
    for (int i = 0; i < steps; ++i) {
      if (const auto turn = root(curvature, knots[i], knots[i + 1]))
        if (*turn > stops.back() && *turn < knots[i + 1]) stops.push_back(*turn);
      stops.push_back(knots[i + 1]);
    }
    for (std::size_t i = 0; i + 1 < stops.size(); ++i)
      if (const auto found = root(score, stops[i], stops[i + 1]))
        if (roots.empty() || *found > roots.back()) roots.push_back(*found);
  }
  std::vector<FixedPoint> all;
  all.reserve(roots.size());
  for (const double at : roots) all.push_back(describe(noised, VectorXd::Constant(1, at)));
  return all;
}

std::optional<Fold> find_fold(const DataMixture& data, double noise, const VectorXd& position) {
  // Unknowns (x, v, log s); the last keeps s positive and of the order of the others.
  const Index d = data.dimension(), size = 2 * d + 1;
  const NoisedMixture here(data, noise);
  const MatrixXd start = here.jacobian(position, here.at(position));
  const VectorXd direction =
      Eigen::SelfAdjointEigenSolver<MatrixXd>(start).eigenvectors().col(d - 1);
  auto residual = [&](const VectorXd& u) {
    const double s = std::exp(u[2 * d]);
    const NoisedMixture noised(data, s);
    const VectorXd x = u.head(d);
    const PosteriorState state = noised.at(x);
    VectorXd r(size);
    r.head(d) = std::sqrt(s) * state.score;
    r.segment(d, d) = s * (noised.jacobian(x, state) * u.segment(d, d));
    r[2 * d] = direction.dot(u.segment(d, d)) - 1.0;
    return r;
  };
  VectorXd u(size);
  u << position, direction, std::log(noise);
  VectorXd r = residual(u);
  const double length = std::sqrt(noise);
  for (int i = 0; i < 40; ++i) {
    MatrixXd slope(size, size);
    for (Index j = 0; j < size; ++j) {
      const double h = 1e-5 * (j < d ? length : 1.0);
      VectorXd up = u, down = u;
      up[j] += h;
      down[j] -= h;
      slope.col(j) = (residual(up) - residual(down)) / (2.0 * h);
    }
    const VectorXd step = -slope.partialPivLu().solve(r);
    if (!step.allFinite() || step.head(d).norm() > length || std::abs(step[2 * d]) > 0.2)
      return std::nullopt;
    u += step;
    const VectorXd next = residual(u);
    const bool settled = next.norm() < 1e-12 && next.norm() >= 0.5 * r.norm();
    r = next;
    if (settled) break;
  }
  if (!(r.norm() < 1e-10)) return std::nullopt;
  return Fold{std::exp(u[2 * d]), u.head(d)};
}

std::optional<Fold> find_stability_change(const DataMixture& data, double noise, double above,
                                          const VectorXd& at_above) {
  // The branch runs smoothly through the point where J is singular, but Newton's method does not:
  // follow it past that point and interpolate. The nodes are Chebyshev's in log s, their number
  // even so that none falls on the point; the interpolant is good to about 1e-13.
  constexpr int kNodes = 12;
  constexpr double kHalfWidth = 0.04;
  std::vector<double> log_noise, stability, weights;
  MatrixXd positions(data.dimension(), kNodes);
  double last_noise = above;
  VectorXd last = at_above, slope = VectorXd::Zero(data.dimension());
  for (int i = 0; i < kNodes; ++i) {
    const double angle = (i + 0.5) * std::numbers::pi / kNodes;
    const double s = noise * std::exp(kHalfWidth * std::cos(angle));
    const VectorXd guess = last + slope * std::log(s / last_noise);
    const auto found = nearby_fixed_point(NoisedMixture(data, s), guess, 0.1 * std::sqrt(s));
    if (!found) return std::nullopt;
    if (i > 0) slope = (found->position - last) / std::log(s / last_noise);
    log_noise.push_back(std::log(s));
    stability.push_back(found->stability);
    weights.push_back((i % 2 == 0 ? 1.0 : -1.0) * std::sin(angle));
    positions.col(i) = found->position;
    last = found->position;
    last_noise = s;
  }
  if (!(stability.front() < 0.0 && stability.back() > 0.0)) return std::nullopt;
  auto shares = [&](double x) {
    VectorXd share(kNodes);
    for (int i = 0; i < kNodes; ++i) {
      if (x == log_noise[i]) return VectorXd(VectorXd::Unit(kNodes, i));
      share[i] = weights[i] / (x - log_noise[i]);
    }
    return VectorXd(share / share.sum());
  };
  const Eigen::Map<const VectorXd> values(stability.data(), kNodes);
  const auto found =
      root([&](double x) { return shares(x).dot(values); }, log_noise.back(), log_noise.front());
  if (!found) return std::nullopt;
  return Fold{std::exp(*found), positions * shares(*found)};
}

std::optional<Fold> find_central_bifurcation(const DataMixture& data, double least) {
  constexpr double kRatio = 0.97;
  double s = 1.01 * single_mode_noise(data);
  FixedPoint centre = climb(NoisedMixture(data, s), data.mean());
  while (s > least) {
    const double lower = kRatio * s;
    const auto next =
        nearby_fixed_point(NoisedMixture(data, lower), centre.position, 0.5 * std::sqrt(s));
    if (!next) return std::nullopt;
    if (!next->is_stable())
      return find_stability_change(data, std::sqrt(s * lower), s, centre.position);
    s = lower;
    centre = *next;
  }
  return std::nullopt;
}

double single_mode_noise(const DataMixture& data) {
  const double radius2 = (data.means().colwise() - data.mean()).colwise().squaredNorm().maxCoeff();
  // The floor serves a single component, whose density has one mode at any noise.
  return std::max(radius2 + data.spectra().maxCoeff(), 1e-12);
}

}  // namespace syncgap::theory
