#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "observables/threshold_passage.h"

namespace syncgap::observables {

/// floor + (plateau - floor) / (1 + exp(-(t - midpoint) / width)), width > 0: the floor is what is
/// seen early and the plateau what is seen late, also where the curve falls.
struct Sigmoid {
  static constexpr std::size_t kParameters = 4;

  double midpoint = std::numeric_limits<double>::quiet_NaN();  ///< NaN: a constant, the floor
  double width = std::numeric_limits<double>::quiet_NaN();
  double floor = std::numeric_limits<double>::quiet_NaN();
  double plateau = std::numeric_limits<double>::quiet_NaN();

  double operator()(double t) const;
  /// Where it passes `level`; NaN unless the level lies between floor and plateau.
  double crossing(double level) const;
};

/// Where straight lines between the points pass `level`. Noise makes a curve pass several times:
/// of these the middle one, so that neither early nor late is favoured. NaN where both ends lie on
/// one side.
double linear_crossing(const Curve& curve, double level);

/// Errors below this share of their root mean square count as that much.
inline constexpr double kFewestError = 0.1;

enum class FitStatus {
  fitted,
  flat,            ///< no change beyond chance: the curve is its mean and has no midpoint
  too_few_points,  ///< fewer than kFewestPoints: no curve
  outside,         ///< the midpoint lies outside of the scanned range
  poor,            ///< something changes, but a sigmoid is not what the data show
  unstable,        ///< fitted, but not in most bootstrap samples: only ResampledSigmoids says so
};
inline constexpr std::size_t kFewestPoints = 5;  // one more than a sigmoid has parameters

enum class FitLoss {
  squares,
  huber,  ///< points far out, by the median residual, count by distance instead of its square
};

struct SigmoidFitOptions {
  FitLoss loss = FitLoss::squares;
  /// A change counts if chance gives it with less than this probability (F and chi^2 tests of a
  /// sigmoid at a given place; the search for the place makes it a few times more).
  double significance = 1e-3;
  /// Share of variance that a fit must explain: without errors; and with errors where chi^2 is
  /// beyond chance. Small errors alone reject no curve.
  double least_explained = 0.8, least_explained_beyond_chance = 0.95;
};

struct SigmoidFit {
  FitStatus status = FitStatus::too_few_points;
  Sigmoid curve;
  double residual_rms = std::numeric_limits<double>::quiet_NaN();
  double explained = std::numeric_limits<double>::quiet_NaN();   ///< share of the variance of y
  double chi_square = std::numeric_limits<double>::quiet_NaN();  ///< per degree of freedom
};

/// Least squares of sigmoids to curves on the same points. Floor and plateau are solved for exactly
/// at every midpoint and width (variable projection), these two by Levenberg and Marquardt within
/// bounds from the best of a fixed grid; no step is taken that does not lower the sum.
class SigmoidFitter {
 public:
  /// `t` increases strictly; `weights` positive, or none for equal ones.
  explicit SigmoidFitter(std::span<const double> t, const SigmoidFitOptions& options = {},
                         std::span<const double> weights = {});

  /// `errors`: standard errors of y, none if unknown; they decide no parameter, only chi^2 and the
  /// status. One below a tenth of their root mean square counts as that: a share that was 0 or 1 in
  /// every sample is not known exactly. Throws UnitError for a number that is not finite.
  SigmoidFit fit(std::span<const double> y, std::span<const double> errors = {}) const;

  std::span<const double> points() const { return t_; }

 private:
  struct Start {
    double midpoint, log_width;
  };
  Start best_start(std::span<const double> y) const;

  SigmoidFitOptions options_;
  std::vector<double> t_, weights_;
  std::vector<Start> starts_;
  std::vector<double> shapes_;  ///< (starts, points): the shape without its mean, of norm 1
  double least_ratio_ = 0;      ///< of variances, for a change that counts
  double least_drop_ = 0;       ///< of chi^2, likewise
};

SigmoidFit fit_sigmoid(const Curve& curve, std::span<const double> errors = {},
                       const SigmoidFitOptions& options = {});

}  // namespace syncgap::observables
