#include "observables/adaptive_scan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::observables {
namespace {

constexpr std::size_t kParameters = Sigmoid::kParameters;
// Scans end where the prediction is low, and some predictions are low by chance: with all of the
// widening as the aim, intervals came out 1.115 +- 0.006 times as wide as those of all points.
constexpr double kAim = 0.75;
/// Midpoint and width in units of the width, floor, plateau.
using ParameterVector = std::array<double, kParameters>;

struct ParameterMatrix {
  std::array<ParameterVector, kParameters> rows{};
  void add(const ParameterVector& v, double scale) {
    for (std::size_t i = 0; i < kParameters; ++i)
      for (std::size_t j = 0; j < kParameters; ++j) rows[i][j] += scale * v[i] * v[j];
  }
};

/// First column of the inverse of a positive definite matrix, by elimination without pivots.
ParameterVector first_column_of_inverse(ParameterMatrix a) {
  ParameterVector x{1, 0, 0, 0};
  for (std::size_t i = 0; i < kParameters; ++i)
    for (std::size_t j = i + 1; j < kParameters; ++j) {
      const double factor = a.rows[j][i] / a.rows[i][i];
      for (std::size_t k = i; k < kParameters; ++k) a.rows[j][k] -= factor * a.rows[i][k];
      x[j] -= factor * x[i];
    }
  for (std::size_t i = kParameters; i-- > 0;) {
    for (std::size_t k = i + 1; k < kParameters; ++k) x[i] -= a.rows[i][k] * x[k];
    x[i] /= a.rows[i][i];
  }
  return x;
}

/// Variance of the midpoint of an unweighted fit to a set of points.
class MidpointVariance {
 public:
  MidpointVariance(const Sigmoid& curve, std::span<const double> variances)
      : curve_(curve), variances_(variances) {
    // So that every sum can be eliminated; far below what one point adds.
    for (std::size_t i = 0; i < kParameters; ++i) normal_.rows[i][i] = 1e-9;
  }

  void add(std::int64_t t) { add(t, normal_, noise_); }
  double value() const { return of(normal_, noise_); }
  double with(std::int64_t t) const {
    ParameterMatrix normal = normal_, noise = noise_;
    add(t, normal, noise);
    return of(normal, noise);
  }

 private:
  void add(std::int64_t t, ParameterMatrix& normal, ParameterMatrix& noise) const {
    const double z = (to_real(t) - curve_.midpoint) / curve_.width, s = 1 / (1 + std::exp(-z));
    const double slope = s * (1 - s);
    const ParameterVector derivative{-slope, -slope * z, 1 - s, s};  // for a rise of 1
    normal.add(derivative, 1.0);
    noise.add(derivative, variances_[t]);
  }

  static double of(const ParameterMatrix& normal, const ParameterMatrix& noise) {
    const ParameterVector x = first_column_of_inverse(normal);
    double variance = 0;
    for (std::size_t i = 0; i < kParameters; ++i)
      for (std::size_t j = 0; j < kParameters; ++j) variance += x[i] * noise.rows[i][j] * x[j];
    return variance;
  }

  Sigmoid curve_;
  std::span<const double> variances_;
  ParameterMatrix normal_, noise_;
};

/// Squared errors at 0 .. last, straight lines between the measured ones.
std::vector<double> variances_everywhere(std::span<const std::int64_t> measured,
                                         std::span<const double> errors, std::int64_t last) {
  std::vector<double> variances(last + 1, 1.0);
  double mean = 0;
  for (const double e : errors) mean += e * e / to_real(errors.size());
  if (!(mean > 0)) return variances;
  const auto at = [&](std::size_t i) {
    return std::max(errors[i] * errors[i], kFewestError * kFewestError * mean);
  };
  std::size_t after = 0;
  for (std::int64_t t = 0; t <= last; ++t) {
    while (after < measured.size() && measured[after] < t) ++after;
    if (after == 0 || after == measured.size()) {
      variances[t] = at(after == 0 ? 0 : after - 1);
      continue;
    }
    const double share =
        to_real(t - measured[after - 1]) / to_real(measured[after] - measured[after - 1]);
    variances[t] = at(after - 1) + share * (at(after) - at(after - 1));
  }
  return variances;
}

/// A transition that lies between two points may be as wide as these allow.
Sigmoid as_wide_as_seen(Sigmoid curve, std::span<const std::int64_t> measured) {
  const auto after = std::upper_bound(measured.begin() + 1, measured.end() - 1, curve.midpoint);
  curve.width = std::max(curve.width, 0.25 * to_real(*after - *std::prev(after)));
  return curve;
}

/// What is measured or about to be, and what it costs.
class Points {
 public:
  Points(std::span<const std::int64_t> measured, const ScanOptions& options)
      : last_(options.last),
        taken_(options.last + 1, false),
        left_(options.most_evaluations * to_real(naive_evaluations(options.last)) -
              to_real(scan_evaluations(measured, options.last))) {
    for (const std::int64_t t : measured) taken_[t] = true;
  }

  bool taken(std::int64_t t) const { return taken_[t]; }
  bool affordable(std::int64_t t) const { return to_real(last_ - t) <= left_; }
  void take(std::int64_t t) {
    if (taken_[t]) return;
    taken_[t] = true;
    left_ -= to_real(last_ - t);
    next.push_back(t);
  }
  bool take_grid(std::int64_t step) {
    const std::vector<std::int64_t> missing = missing_of(step);
    for (const std::int64_t t : missing) take(t);
    return !missing.empty();
  }
  /// Whether all that a grid lacks can be paid for.
  bool grid_affordable(std::int64_t step) const {
    const std::vector<std::int64_t> missing = missing_of(step);
    double cost = 0;
    for (const std::int64_t t : missing) cost += to_real(last_ - t);
    return missing.empty() || cost <= left_;
  }

  std::vector<std::int64_t> next;

 private:
  std::vector<std::int64_t> missing_of(std::int64_t step) const {
    std::vector<std::int64_t> missing;
    for (std::int64_t t = 0; t <= last_; t = t < last_ ? std::min(t + step, last_) : last_ + 1)
      if (!taken_[t]) missing.push_back(t);
    return missing;
  }

  std::int64_t last_;
  std::vector<bool> taken_;
  double left_;
};

ScanState refine(const SigmoidFit& fit, std::span<const std::int64_t> measured,
                 std::span<const double> errors, const ScanOptions& options, Points& points,
                 double& widening) {
  const std::vector<double> variances = variances_everywhere(measured, errors, options.last);
  const Sigmoid curve = as_wide_as_seen(fit.curve, measured);
  MidpointVariance all(curve, variances), seen(curve, variances), planned(curve, variances);
  for (std::int64_t t = 0; t <= options.last; ++t) {
    all.add(t);
    if (points.taken(t)) planned.add(t);
  }
  for (const std::int64_t t : measured) seen.add(t);
  const double aim = 1 + kAim * options.widening, enough = all.value() * aim * aim;
  widening = std::sqrt(seen.value() / all.value()) - 1;
  if (seen.value() <= enough) return ScanState::precise;
  bool added = !points.next.empty();
  for (std::int64_t n = 0; n < options.batch; ++n) {
    const double now = planned.value();
    if (now <= enough) break;
    std::int64_t best = -1;
    double most = 0;
    for (std::int64_t t = 0; t <= options.last; ++t) {
      if (points.taken(t) || !points.affordable(t)) continue;
      if (const double gain = (now - planned.with(t)) / to_real(options.last - t + 1);
          gain > most) {
        most = gain;
        best = t;
      }
    }
    if (best < 0) break;
    planned.add(best);
    points.take(best);
    added = true;
  }
  return added ? ScanState::refining : ScanState::spent;
}

}  // namespace

bool is_done(ScanState state) {
  return state == ScanState::precise || state == ScanState::no_sigmoid || state == ScanState::spent;
}

ScanAdvice next_scan_points(std::span<const std::int64_t> measured,
                            std::span<const ScanCurve> curves, const ScanOptions& options) {
  require_input(options.last >= 1 && options.coarse_step >= 1 && options.batch >= 1,
                "a scan has at least two points, a step and a batch (last = ", options.last,
                ", coarse_step = ", options.coarse_step, ", batch = ", options.batch, ")");
  SYNCGAP_EXPECTS(std::adjacent_find(measured.begin(), measured.end(), std::greater_equal<>()) ==
                  measured.end());
  SYNCGAP_EXPECTS(measured.empty() || (measured.front() >= 0 && measured.back() <= options.last));
  ScanAdvice advice;
  advice.curves.resize(curves.size());
  Points points(measured, options);
  if (points.take_grid(options.coarse_step)) {
    advice.next = std::move(points.next);
    std::sort(advice.next.begin(), advice.next.end());
    return advice;
  }
  const std::vector<double> t(measured.begin(), measured.end());
  const SigmoidFitter fitter(t, options.fit);
  for (std::size_t c = 0; c < curves.size(); ++c) {
    CurveScan& scan = advice.curves[c];
    scan.fit = fitter.fit(curves[c].values, curves[c].errors);
    if (scan.fit.status == FitStatus::fitted) {
      scan.state = refine(scan.fit, measured, curves[c].errors, options, points, scan.widening);
      continue;
    }
    const std::int64_t finer = std::max<std::int64_t>(options.coarse_step / 2, 1);
    scan.state = !points.grid_affordable(finer) ? ScanState::spent
                 : points.take_grid(finer)      ? ScanState::searching
                                                : ScanState::no_sigmoid;
  }
  advice.next = std::move(points.next);
  std::sort(advice.next.begin(), advice.next.end());
  return advice;
}

std::int64_t scan_evaluations(std::span<const std::int64_t> points, std::int64_t last) {
  std::int64_t steps = last;
  for (const std::int64_t t : points) steps += last - t;
  return steps;
}

std::int64_t naive_evaluations(std::int64_t last) { return (last + 1) * last; }

}  // namespace syncgap::observables
