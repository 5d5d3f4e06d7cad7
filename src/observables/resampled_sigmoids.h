#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/random.h"
#include "observables/estimate.h"
#include "observables/sigmoid_fit.h"

namespace syncgap::observables {

enum class PairStatistic { mean, median };

struct ResampledSigmoidsOptions {
  PairStatistic statistic = PairStatistic::median;
  std::size_t resamples = 1000;
  double level = 0.95;  ///< of the intervals
  SigmoidFitOptions fit = {};
};

/// Sigmoids of several curves over the same N pairs, and of R bootstrap samples of these pairs that
/// are the same for all curves and all points: a pair is drawn with all it has, so differences
/// between curves have the intervals of the pairs. Every resampled curve is fitted anew, and is a
/// sigmoid by its own errors, which are sqrt(2) of those of all pairs.
class ResampledSigmoids {
 public:
  using Statistic = std::function<double(std::span<const SigmoidFit>)>;

  /// `curves`, each (N, K): values of a pair at the K points `t`. Resample r draws N pairs with
  /// replacement, by trial r of `stream`. Throws UnitError for a value that is not finite.
  ResampledSigmoids(std::span<const double> t, std::span<const std::span<const double>> curves,
                    const RandomStream& stream, const ResampledSigmoidsOptions& options = {});

  std::size_t curves() const { return fits_.size(); }
  const SigmoidFit& fit(std::size_t curve) const { return fits_[curve]; }
  /// The statistic of all pairs at every point, and its standard error over the resamples: (K).
  std::span<const double> values(std::size_t curve) const { return row(values_, curve); }
  std::span<const double> errors(std::size_t curve) const { return row(errors_, curve); }

  IntervalEstimate midpoint(std::size_t curve) const;
  IntervalEstimate width(std::size_t curve) const;
  IntervalEstimate floor(std::size_t curve) const;
  IntervalEstimate plateau(std::size_t curve) const;
  /// Of `late` minus `early`: tau_l - tau_g, fine and coarse commitment.
  IntervalEstimate midpoint_difference(std::size_t late, std::size_t early) const;
  /// Where the sigmoid, and where straight lines between the points, pass a level.
  IntervalEstimate crossing(std::size_t curve, double level) const;
  IntervalEstimate linear_crossing(std::size_t curve, double level) const;
  IntervalEstimate linear_crossing_difference(std::size_t late, std::size_t early,
                                              double level) const;
  /// A number computed from the fits of all curves. Resamples where it is NaN are left out; NaN
  /// where these are more than half.
  IntervalEstimate statistic(const Statistic& of) const;
  /// Share of the resamples in which the curve is fitted: where it is below the level, the ends of
  /// an interval of its midpoint mean little.
  double share_fitted(std::size_t curve) const;
  /// What the fit of all pairs came to; unstable where it is fitted, but most resamples are not.
  FitStatus status(std::size_t curve) const;

 private:
  /// A number computed from the values of all curves, (C, K).
  using OfValues = std::function<double(std::span<const double>)>;
  IntervalEstimate of_values(const OfValues& of) const;

  std::span<const double> row(const std::vector<double>& of, std::size_t curve) const {
    return std::span(of).subspan(curve * t_.size(), t_.size());
  }
  IntervalEstimate of_curve(std::size_t curve, double Sigmoid::*parameter) const;

  ResampledSigmoidsOptions options_;
  std::vector<double> t_;
  std::vector<SigmoidFit> fits_;          // (C)
  std::vector<SigmoidFit> resampled_;     // (R, C)
  std::vector<double> values_, errors_;   // (C, K)
  std::vector<double> resampled_values_;  // (R, C, K)
};

}  // namespace syncgap::observables
