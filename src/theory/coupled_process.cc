#include "theory/coupled_process.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/math/quadrature/gauss.hpp>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::theory {
namespace {

/// Integrates a triple of smooth functions over [a, b]; exact to rounding while the exponents they
/// contain change by a few units.
template <class Triple>
std::array<double, 3> gauss_integral(double a, double b, Triple integrand) {
  using Rule = boost::math::quadrature::gauss<double, 15>;
  const double middle = 0.5 * (a + b), half = 0.5 * (b - a);
  std::array<double, 3> sum{};
  for (std::size_t i = 0; i < Rule::abscissa().size(); ++i) {
    const double offset = half * Rule::abscissa()[i];
    auto add = [&](double s) {
      const auto value = integrand(s);
      for (std::size_t k = 0; k < 3; ++k) sum[k] += half * Rule::weights()[i] * value[k];
    };
    add(middle - offset);
    if (offset != 0.0) add(middle + offset);
  }
  return sum;
}

/// Number of equal steps after which the fastest exponent changes by at most 2 in each.
std::size_t step_count(double beta, double strength, const CouplingPiece& piece, double length) {
  if (piece.is_constant()) return 1;
  const double rate = 2.0 * (beta + strength) + piece.frequency;
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(0.5 * rate * length)));
}

/// Calls visit(piece, a, b) for the consecutive steps of [t0, t1].
template <class Visit>
void for_each_step(const CouplingSchedule& schedule, double beta, double eigenvalue, double t0,
                   double t1, Visit visit) {
  SYNCGAP_EXPECTS(t0 >= 0.0 && t0 <= t1);
  const double strength = std::abs(eigenvalue) * schedule.largest_magnitude();
  for (const CouplingPiece& piece : schedule.pieces()) {
    const double a = std::max(t0, piece.start);
    const double b = std::min(t1, piece.end);
    if (!(a < b)) continue;
    const std::size_t steps = step_count(beta, strength, piece, b - a);
    const double length = (b - a) / to_real(steps);
    for (std::size_t i = 0; i < steps; ++i)
      visit(piece, a + length * to_real(i), i + 1 == steps ? b : a + length * to_real(i + 1));
  }
}

/// Where CoupledMoments and ModeMoments restart: 0, every smooth step, every piece.
std::vector<double> schedule_knots(const CouplingSchedule& schedule, double beta,
                                   double eigenvalue) {
  std::vector<double> knots{0.0};
  const double last = schedule.pieces().back().start;
  for_each_step(schedule, beta, eigenvalue, 0.0, last,
                [&](const CouplingPiece&, double, double b) { knots.push_back(b); });
  return knots;
}

/// The last knot at or before t.
std::size_t knot_before(const std::vector<double>& knots, double t) {
  SYNCGAP_EXPECTS(t >= 0.0);
  const auto after = std::upper_bound(knots.begin(), knots.end(), t);
  return unsigned_size(after - knots.begin()) - 1;
}

ModeTransition mode_step(const CoupledMode& mode, const CouplingPiece& piece, double a, double b) {
  const double length = b - a;
  if (piece.is_constant()) {
    const double rate = mode.rate(piece.level);
    return {rate * length, mode.noise_variance * growth_integral(rate, length)};
  }
  auto growth = [&](double s) {
    return -mode.beta * (b - s) + mode.eigenvalue * piece.integral(s, b);
  };
  const auto noise = gauss_integral(a, b, [&](double s) {
    return std::array<double, 3>{std::exp(2.0 * growth(s)), 0.0, 0.0};
  });
  return {growth(a), mode.noise_variance * noise[0]};
}

Transition triangular_step(const CoupledProcess& process, const CouplingPiece& piece, double a,
                           double b) {
  const double beta = process.beta, length = b - a;
  const double integral = piece.integral(a, b);
  const double decay = std::exp(-beta * length);
  Transition step;
  step.propagator << decay, 0.0, decay * integral, decay;
  if (piece.is_constant()) {
    const double g = piece.level;
    const GammaLadder ladder = gamma_ladder(2.0 * beta * length);
    const double own = ladder.p1 / (2.0 * beta);
    const double cross = g * ladder.p2 / (4.0 * beta * beta);
    const double driven = g * g * ladder.p3 / (4.0 * beta * beta * beta);
    step.noise << own, cross, cross, own + driven;
  } else {
    const auto noise = gauss_integral(a, b, [&](double s) {
      const double weight = std::exp(-2.0 * beta * (b - s));
      const double driven = piece.integral(s, b);
      return std::array<double, 3>{weight, weight * driven, weight * driven * driven};
    });
    step.noise << noise[0], noise[1], noise[1], noise[0] + noise[2];
  }
  step.noise *= process.noise_variance;
  return step;
}

/// From the common and difference modes back to X and Y.
Transition from_modes(const ModeTransition& common, const ModeTransition& difference) {
  auto assemble = [](double plus, double minus) {
    Eigen::Matrix2d matrix;
    const double diagonal = 0.5 * (plus + minus), cross = 0.5 * (plus - minus);
    matrix << diagonal, cross, cross, diagonal;
    return matrix;
  };
  return {assemble(std::exp(common.log_growth), std::exp(difference.log_growth)),
          assemble(common.noise, difference.noise)};
}

Transition symmetric_step(const CoupledProcess& process, const CouplingPiece& piece, double a,
                          double b) {
  return from_modes(mode_step({process.beta, process.noise_variance, +1.0}, piece, a, b),
                    mode_step({process.beta, process.noise_variance, -1.0}, piece, a, b));
}

Transition coupled_step(const CoupledProcess& process, const CouplingPiece& piece, double a,
                        double b) {
  return process.kind == CouplingKind::symmetric ? symmetric_step(process, piece, a, b)
                                                 : triangular_step(process, piece, a, b);
}

}  // namespace

Eigen::Matrix2d CoupledProcess::relaxation(double coupling_strength) const {
  Eigen::Matrix2d matrix;
  const double back = kind == CouplingKind::symmetric ? coupling_strength : 0.0;
  matrix << -beta, back, coupling_strength, -beta;
  return matrix;
}

Eigen::Matrix2d Transition::covariance(const Eigen::Matrix2d& start) const {
  return propagator * start * propagator.transpose() + noise;
}

Transition Transition::then(const Transition& next) const {
  return {next.propagator * propagator, next.covariance(noise)};
}

double ModeTransition::covariance(double start) const {
  return std::exp(2.0 * log_growth) * start + noise;
}

ModeTransition ModeTransition::then(const ModeTransition& next) const {
  return {log_growth + next.log_growth, next.covariance(noise)};
}

Transition transition(const CoupledProcess& process, const CouplingSchedule& schedule, double t0,
                      double t1) {
  Transition total;
  bool first = true;
  for_each_step(schedule, process.beta, 1.0, t0, t1,
                [&](const CouplingPiece& piece, double a, double b) {
                  const Transition step = coupled_step(process, piece, a, b);
                  total = first ? step : total.then(step);
                  first = false;
                });
  return total;
}

ModeTransition transition(const CoupledMode& mode, const CouplingSchedule& schedule, double t0,
                          double t1) {
  ModeTransition total;
  bool first = true;
  for_each_step(schedule, mode.beta, mode.eigenvalue, t0, t1,
                [&](const CouplingPiece& piece, double a, double b) {
                  const ModeTransition step = mode_step(mode, piece, a, b);
                  total = first ? step : total.then(step);
                  first = false;
                });
  return total;
}

CoupledMoments::CoupledMoments(const CoupledProcess& process, const CouplingSchedule& schedule)
    : process_(process),
      schedule_(schedule),
      knots_(schedule_knots(schedule, process.beta, 1.0)),
      to_knots_(1) {
  for (std::size_t i = 1; i < knots_.size(); ++i) {
    const Transition step = transition(process_, schedule_, knots_[i - 1], knots_[i]);
    to_knots_.push_back(i == 1 ? step : to_knots_.back().then(step));
  }
}

Transition CoupledMoments::at(double t) const {
  const std::size_t i = knot_before(knots_, t);
  if (t == knots_[i]) return to_knots_[i];
  const CouplingPiece& piece = schedule_.pieces()[schedule_.piece_index(knots_[i])];
  const Transition step = coupled_step(process_, piece, knots_[i], t);
  return i == 0 ? step : to_knots_[i].then(step);
}

ModeMoments::ModeMoments(const CoupledMode& mode, const CouplingSchedule& schedule)
    : mode_(mode),
      schedule_(schedule),
      knots_(schedule_knots(schedule, mode.beta, mode.eigenvalue)),
      to_knots_(1) {
  for (std::size_t i = 1; i < knots_.size(); ++i) {
    const ModeTransition step = transition(mode_, schedule_, knots_[i - 1], knots_[i]);
    to_knots_.push_back(to_knots_.back().then(step));
  }
}

ModeTransition ModeMoments::at(double t) const {
  const std::size_t i = knot_before(knots_, t);
  if (t == knots_[i]) return to_knots_[i];
  const CouplingPiece& piece = schedule_.pieces()[schedule_.piece_index(knots_[i])];
  const ModeTransition step = mode_step(mode_, piece, knots_[i], t);
  return i == 0 ? step : to_knots_[i].then(step);
}

GammaLadder gamma_ladder(double x) {
  SYNCGAP_EXPECTS(x >= 0.0);
  const double decay = std::exp(-x);
  if (x > 1.0) {
    return {1.0 - decay, 1.0 - decay * (1.0 + x), 1.0 - decay * (1.0 + x * (1.0 + 0.5 * x))};
  }
  // P_3 = e^{-x} x^3 sum_k x^k/(k+3)!, even and odd k apart for two short chains instead of a long
  // one; adding terms, all positive, then gives P_2 and P_1.
  static constexpr auto kInverseFactorials = [] {
    std::array<double, 20> table{};
    double factorial = 1.0;
    for (int k = 1; k < 20; ++k) table[k] = 1.0 / (factorial *= k);
    return table;
  }();
  const double square = x * x;
  double even = kInverseFactorials[19], odd = kInverseFactorials[18];
  for (int k = 17; k >= 3; k -= 2) {
    even = even * square + kInverseFactorials[k];
    if (k > 3) odd = odd * square + kInverseFactorials[k - 1];
  }
  const double p3 = decay * x * square * (even + x * odd);
  const double p2 = p3 + decay * 0.5 * square;
  return {p2 + decay * x, p2, p3};
}

double growth_integral(double rate, double t) {
  const double exponent = 2.0 * rate * t;
  // Below this, expm1(x)/x is 1 + x/2 to the last bit.
  if (std::abs(exponent) < 1e-16) return t;
  return std::expm1(exponent) / (2.0 * rate);
}

}  // namespace syncgap::theory
