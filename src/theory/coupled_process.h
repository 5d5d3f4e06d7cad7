#pragma once

#include <vector>

#include <Eigen/Core>

#include "theory/coupling_schedule.h"

namespace syncgap::theory {

/// How two modalities X and Y act on each other: both ways (multimodal (2)), or X drives Y (3).
enum class CouplingKind { symmetric, triangular };

/// Two coupled Ornstein-Uhlenbeck processes, dZ = M(t) Z dt + sigma_W dW per coordinate.
struct CoupledProcess {
  double beta = 1.0;            ///< relaxation rate of one modality
  double noise_variance = 2.0;  ///< sigma_W^2, variance added per unit time
  CouplingKind kind = CouplingKind::triangular;

  /// M = [[-beta, g], [g, -beta]] or [[-beta, 0], [g, -beta]] at coupling strength g.
  Eigen::Matrix2d relaxation(double coupling_strength) const;
};

/// The law of Z(t1) given Z(t0), per coordinate: Normal(propagator Z(t0), noise).
struct Transition {
  Eigen::Matrix2d propagator = Eigen::Matrix2d::Identity();  ///< E, e^{M t} for constant coupling
  Eigen::Matrix2d noise = Eigen::Matrix2d::Zero();           ///< Q, multimodal (8)

  Eigen::Vector2d mean(const Eigen::Vector2d& start) const { return propagator * start; }
  /// C = E C0 E^T + Q = S + Q, multimodal (17), (19).
  Eigen::Matrix2d covariance(const Eigen::Matrix2d& start) const;
  /// This transition followed by `next`.
  Transition then(const Transition& next) const;
};

/// Transition from t0 to t1 >= t0 under g(t): closed forms on constant pieces (multimodal
/// (121)-(126), (112)), exact propagators and 15-point Gauss quadrature of the noise on others;
/// relative error about 1e-15.
Transition transition(const CoupledProcess& process, const CouplingSchedule& schedule, double t0,
                      double t1);

/// Moments of the forward process from t = 0 on. Remembers the transitions to the schedule's knots,
/// so that any time costs at most one short step.
class CoupledMoments {
 public:
  CoupledMoments(const CoupledProcess& process, const CouplingSchedule& schedule);

  /// Transition from 0 to t.
  Transition at(double t) const;
  const CoupledProcess& process() const { return process_; }
  const CouplingSchedule& schedule() const { return schedule_; }

 private:
  CoupledProcess process_;
  CouplingSchedule schedule_;
  std::vector<double> knots_;
  std::vector<Transition> to_knots_;
};

/// One eigenmode of a symmetric coupling, dz = (-beta + eigenvalue g(t)) z dt + sigma_W dW: the
/// common mode of two modalities has eigenvalue +1, the difference mode -1.
struct CoupledMode {
  double beta = 1.0;
  double noise_variance = 2.0;
  double eigenvalue = 1.0;  ///< of the coupling graph

  /// lambda = -beta + eigenvalue g, multimodal (51).
  double rate(double coupling_strength) const { return -beta + eigenvalue * coupling_strength; }
};

/// The law of a mode: z(t1) ~ Normal(e^{log_growth} z(t0), noise).
struct ModeTransition {
  double log_growth = 0.0;  ///< int lambda
  double noise = 0.0;       ///< q, multimodal (112)

  double covariance(double start) const;
  ModeTransition then(const ModeTransition& next) const;
};

ModeTransition transition(const CoupledMode& mode, const CouplingSchedule& schedule, double t0,
                          double t1);

/// As CoupledMoments, for one eigenmode.
class ModeMoments {
 public:
  ModeMoments(const CoupledMode& mode, const CouplingSchedule& schedule);

  ModeTransition at(double t) const;
  const CoupledMode& mode() const { return mode_; }
  const CouplingSchedule& schedule() const { return schedule_; }

 private:
  CoupledMode mode_;
  CouplingSchedule schedule_;
  std::vector<double> knots_;
  std::vector<ModeTransition> to_knots_;
};

/// Regularised incomplete gamma functions P_n(x) = 1 - e^{-x} sum_{j<n} x^j/j! for n = 1, 2, 3: u,
/// k and h of multimodal (121)-(123) at x = 2 beta t. Full relative accuracy for every x >= 0.
struct GammaLadder {
  double p1, p2, p3;
};
GammaLadder gamma_ladder(double x);

/// int_0^t e^{2 rate s} ds = expm1(2 rate t)/(2 rate), and t at rate = 0.
double growth_integral(double rate, double t);

}  // namespace syncgap::theory
