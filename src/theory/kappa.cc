#include "theory/kappa.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Dense>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::theory {
namespace {

/// Smallest real part of the eigenvalues of a 2x2 matrix.
double smallest_real_part(const Eigen::Matrix2d& matrix) {
  const double half_trace = 0.5 * matrix.trace();
  const double half_gap = 0.5 * (matrix(0, 0) - matrix(1, 1));
  const double discriminant = half_gap * half_gap + matrix(0, 1) * matrix(1, 0);
  return discriminant <= 0.0 ? half_trace : half_trace - std::sqrt(discriminant);
}

double largest_coupling(const CouplingSchedule& schedule) { return schedule.largest_magnitude(); }

}  // namespace

AngleKappa::AngleKappa(const CoupledProcess& process, const CouplingSchedule& schedule,
                       const DataLaw& data)
    : moments_(process, schedule), data_(data) {}

KappaLine AngleKappa::line(double t, std::size_t piece) const {
  const Transition moved = moments_.at(t);
  const CoupledProcess& process = moments_.process();
  Eigen::Matrix2d start = Eigen::Matrix2d::Zero();
  start.diagonal() << data_.variance_x, data_.variance_y;
  const Eigen::Matrix2d covariance = moved.covariance(start);
  const Eigen::Matrix2d relaxation =
      process.relaxation(moments_.schedule().pieces()[piece].value(t));
  const double w2 = process.noise_variance;
  // K = (C M C + sigma_W^2 C)^-1, then kappa = sigma_W^2 mu(t)^T K mu(t) (corrections E0.11).
  const Eigen::Matrix2d kernel = (covariance * relaxation * covariance + w2 * covariance).inverse();
  const Eigen::Matrix2d pulled = moved.propagator.transpose() * kernel * moved.propagator;
  const double cross = std::sqrt(data_.mean_square_x * data_.mean_square_y);
  return {w2 * (pulled(0, 0) * data_.mean_square_x + pulled(1, 1) * data_.mean_square_y),
          w2 * (pulled(0, 1) + pulled(1, 0)) * cross,
          smallest_real_part(relaxation + w2 * covariance.inverse())};
}

double AngleKappa::initial_time_scale() const {
  const double w2 = moments_.process().noise_variance;
  return std::min({data_.variance_x / w2, data_.variance_y / w2, later_time_scale()});
}

double AngleKappa::later_time_scale() const {
  return 0.5 / (moments_.process().beta + largest_coupling(moments_.schedule()));
}

double AngleKappa::envelope(double t) const {
  const KappaLine line = this->line(t, moments_.schedule().pieces().size() - 1);
  return std::abs(line.first) + std::abs(line.second);
}

double AngleKappa::horizon() const {
  const CoupledProcess& process = moments_.process();
  const CouplingPiece& tail = moments_.schedule().pieces().back();
  const double slowest =
      process.kind == CouplingKind::symmetric ? process.beta - std::abs(tail.level) : process.beta;
  SYNCGAP_EXPECTS(slowest > 0.0);
  // Three relaxation times after the last switch the covariance has settled and the means only
  // decay; from there double until the bound is below 1 and falling.
  double elapsed = 3.0 / slowest;
  double here = envelope(tail.start + elapsed);
  for (int doubling = 0; doubling < 60; ++doubling) {
    const double next = envelope(tail.start + 2.0 * elapsed);
    if (here < 1.0 && next <= 0.5 * here) break;
    elapsed *= 2.0;
    here = next;
  }
  return tail.start + elapsed;
}

ModeSumKappa::ModeSumKappa(double beta, double noise_variance,
                           const std::vector<double>& eigenvalues, const CouplingSchedule& schedule,
                           double variance, double total_mean_square)
    : variance_(variance), total_mean_square_(total_mean_square) {
  SYNCGAP_EXPECTS(!eigenvalues.empty());
  for (double eigenvalue : eigenvalues)
    modes_.emplace_back(CoupledMode{beta, noise_variance, eigenvalue}, schedule);
}

KappaLine ModeSumKappa::line(double t, std::size_t piece) const {
  const double strength = schedule().pieces()[piece].value(t);
  double common = 0.0, others = 0.0;
  double restoring = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < modes_.size(); ++k) {
    const CoupledMode& mode = modes_[k].mode();
    const ModeTransition moved = modes_[k].at(t);
    const double covariance = moved.covariance(variance_);
    const double rate = mode.rate(strength);
    const double gain = mode_gain(rate, mode.noise_variance, moved.log_growth, covariance);
    (k == 0 ? common : others) += gain;
    restoring = std::min(restoring, rate + mode.noise_variance / covariance);
  }
  if (modes_.size() > 1) others /= to_real(modes_.size() - 1);
  return {total_mean_square_ * others, total_mean_square_ * common, restoring, Mixing::share};
}

double ModeSumKappa::initial_time_scale() const {
  return std::min(variance_ / modes_.front().mode().noise_variance, later_time_scale());
}

double ModeSumKappa::later_time_scale() const {
  double fastest = 0.0;
  for (const ModeMoments& moments : modes_)
    fastest = std::max(fastest, moments.mode().beta + std::abs(moments.mode().eigenvalue) *
                                                          largest_coupling(schedule()));
  return 0.5 / fastest;
}

double ModeSumKappa::horizon() const {
  const CouplingPiece& tail = schedule().pieces().back();
  double latest = 0.0;
  for (const ModeMoments& moments : modes_) {
    const CoupledMode& mode = moments.mode();
    const ModeTransition moved = moments.at(tail.start);
    const Speciation restarted =
        mode_speciation(mode.rate(tail.level), mode.noise_variance, moved.covariance(variance_),
                        total_mean_square_ * std::exp(2.0 * moved.log_growth));
    if (restarted.status == SpeciationStatus::speciates) latest = std::max(latest, restarted.time);
  }
  // A little beyond, so that rounding cannot leave kappa at 1 on the last point.
  return tail.start + 1.001 * latest + 0.1 * later_time_scale();
}

}  // namespace syncgap::theory
