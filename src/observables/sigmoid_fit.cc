#include "observables/sigmoid_fit.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>

#include "core/check.h"
#include "core/numbers.h"
#include "observables/quantile.h"

namespace syncgap::observables {
namespace {

constexpr double kFitted = Sigmoid::kParameters;
constexpr int kStartMidpoints = 25;
constexpr std::array kStartWidths = {0.01, 0.03, 0.08, 0.2};  // in units of the scanned range
constexpr double kBeyondEnds = 0.5;  // how far outside, in that unit, a midpoint is looked for
constexpr double kWidest = 0.5;
constexpr double kNarrowest = 0.1;  // of the smallest distance between two points
constexpr int kMostSteps = 60;
constexpr double kConverged = 1e-10;  // relative decrease of the sum of squares
constexpr double kMostDamping = 1e10;
constexpr int kMostReweightings = 30;
constexpr double kHuber = 1.345;  // 95% efficient for normal noise
constexpr double kMadToSigma = 1.4826;

double logistic(double z) { return 1.0 / (1.0 + std::exp(-z)); }

struct Range {
  double low, high;
  double clamped(double x) const { return std::clamp(x, low, high); }
};

/// Midpoint and log width with the best levels for them.
struct Candidate {
  std::array<double, 2> place;  ///< midpoint, log width
  double floor = 0, plateau = 0;
  bool levels_free = true;
  double sum = 0;  ///< weighted squares
};

/// One weighted least-squares problem.
class Problem {
 public:
  Problem(std::span<const double> t, std::span<const double> y, std::span<const double> weights,
          Range levels)
      : t_(t), y_(y), weights_(weights), levels_(levels), shape_(t.size()) {
    const double range = t.back() - t.front();
    double nearest = range;
    for (std::size_t i = 1; i < t.size(); ++i) nearest = std::min(nearest, t[i] - t[i - 1]);
    bounds_[0] = {t.front() - kBeyondEnds * range, t.back() + kBeyondEnds * range};
    bounds_[1] = {std::log(kNarrowest * nearest), std::log(kWidest * range)};
    longest_ = {range / 4, 1.0};
  }

  Candidate evaluate(std::array<double, 2> place) {
    Candidate at;
    for (std::size_t k = 0; k < 2; ++k) at.place[k] = bounds_[k].clamped(place[k]);
    const double per_width = std::exp(-at.place[1]);
    Moments sums;
    for (std::size_t i = 0; i < t_.size(); ++i) {
      const double s = logistic((t_[i] - at.place[0]) * per_width), w = weights_[i];
      shape_[i] = s;
      sums.add(w, s, y_[i]);
    }
    moments_ = sums;
    solve_levels(at);
    for (std::size_t i = 0; i < t_.size(); ++i) {
      const double r = residual(at, i);
      at.sum += weights_[i] * r * r;
    }
    return at;
  }

  double residual(const Candidate& at, std::size_t i) const {
    return y_[i] - at.floor - (at.plateau - at.floor) * shape_[i];
  }

  /// Down from `best`, in steps that lower the sum.
  Candidate descend(Candidate best) {
    double damping = 1e-3;
    best = evaluate(best.place);
    for (int step = 0; step < kMostSteps && best.sum > 0; ++step) {
      const Normal normal = normal_equations(best);
      Candidate next;
      bool lower = false;
      for (; !lower && damping < kMostDamping; damping *= lower ? 1.0 : 8.0) {
        next = evaluate(stepped(best, normal, damping));
        lower = next.sum < best.sum;
      }
      if (!lower) break;
      damping = std::max(damping / 5, 1e-12);
      const bool converged = best.sum - next.sum < kConverged * best.sum;
      best = next;
      if (converged) break;
    }
    return evaluate(best.place);  // so that residuals are those of the best
  }

 private:
  /// Weighted sums over a = 1 - s, b = s and y.
  struct Moments {
    double aa = 0, ab = 0, bb = 0, ay = 0, by = 0, yy = 0;
    void add(double w, double s, double y) {
      const double a = 1 - s;
      aa += w * a * a;
      ab += w * a * s;
      bb += w * s * s;
      ay += w * a * y;
      by += w * s * y;
      yy += w * y * y;
    }
    double determinant() const { return aa * bb - ab * ab; }
    bool singular() const { return !(determinant() > 1e-12 * (aa + bb) * (aa + bb)); }
    double sum(double f, double p) const {
      return yy - 2 * (f * ay + p * by) + f * f * aa + 2 * f * p * ab + p * p * bb;
    }
  };

  struct Normal {
    double mm = 0, mv = 0, vv = 0;
    std::array<double, 2> gradient{};
  };

  /// The best floor and plateau within their range; on its edge if they would leave it.
  void solve_levels(Candidate& at) const {
    const Moments& s = moments_;
    if (s.singular()) {
      at.floor = at.plateau = levels_.clamped((s.ay + s.by) / (s.aa + 2 * s.ab + s.bb));
      at.levels_free = false;
      return;
    }
    at.floor = (s.ay * s.bb - s.by * s.ab) / s.determinant();
    at.plateau = (s.by * s.aa - s.ay * s.ab) / s.determinant();
    at.levels_free =
        levels_.clamped(at.floor) == at.floor && levels_.clamped(at.plateau) == at.plateau;
    if (at.levels_free) return;
    double least = std::numeric_limits<double>::infinity();
    const auto consider = [&](double f, double p) {
      if (const double sum = s.sum(f, p); sum < least) {
        least = sum;
        at.floor = f;
        at.plateau = p;
      }
    };
    for (const double edge : {levels_.low, levels_.high}) {
      consider(edge, s.bb > 0 ? levels_.clamped((s.by - edge * s.ab) / s.bb) : edge);
      consider(s.aa > 0 ? levels_.clamped((s.ay - edge * s.ab) / s.aa) : edge, edge);
    }
  }

  /// Of midpoint and log width, what floor and plateau can follow taken out (Kaufman 1975).
  /// `at` is what was evaluated last.
  Normal normal_equations(const Candidate& at) const {
    const double per_width = std::exp(-at.place[1]);
    const double rise = at.plateau - at.floor;
    Normal n;
    std::array<double, 2> along_a{}, along_b{};
    for (std::size_t i = 0; i < t_.size(); ++i) {
      const double s = shape_[i], w = weights_[i], r = residual(at, i);
      const double slope = rise * s * (1 - s);
      const double by_midpoint = -slope * per_width;
      const double by_width = -slope * (t_[i] - at.place[0]) * per_width;
      n.mm += w * by_midpoint * by_midpoint;
      n.mv += w * by_midpoint * by_width;
      n.vv += w * by_width * by_width;
      n.gradient[0] += w * by_midpoint * r;
      n.gradient[1] += w * by_width * r;
      along_a[0] += w * (1 - s) * by_midpoint;
      along_a[1] += w * (1 - s) * by_width;
      along_b[0] += w * s * by_midpoint;
      along_b[1] += w * s * by_width;
    }
    if (at.levels_free) {
      const Moments& m = moments_;
      const auto followed = [&](std::size_t j, std::size_t k) {
        return (along_a[j] * (m.bb * along_a[k] - m.ab * along_b[k]) +
                along_b[j] * (m.aa * along_b[k] - m.ab * along_a[k])) /
               m.determinant();
      };
      n.mm = std::max(n.mm - followed(0, 0), 1e-9 * n.mm);
      n.mv -= followed(0, 1);
      n.vv = std::max(n.vv - followed(1, 1), 1e-9 * n.vv);
    }
    return n;
  }

  std::array<double, 2> stepped(const Candidate& from, const Normal& n, double damping) const {
    const std::array diagonal = {n.mm * (1 + damping), n.vv * (1 + damping)};
    std::array<bool, 2> fixed{};
    for (std::size_t k = 0; k < 2; ++k) {
      const double x = from.place[k], uphill = n.gradient[k];
      fixed[k] = !(diagonal[k] > 0) || (x <= bounds_[k].low && uphill < 0) ||
                 (x >= bounds_[k].high && uphill > 0);
    }
    std::array<double, 2> step{};
    const double determinant = diagonal[0] * diagonal[1] - n.mv * n.mv;
    if (!fixed[0] && !fixed[1] && determinant > 0) {
      step = {(n.gradient[0] * diagonal[1] - n.gradient[1] * n.mv) / determinant,
              (n.gradient[1] * diagonal[0] - n.gradient[0] * n.mv) / determinant};
    } else {
      for (std::size_t k = 0; k < 2; ++k)
        if (!fixed[k]) step[k] = n.gradient[k] / diagonal[k];
    }
    std::array<double, 2> place = from.place;
    for (std::size_t k = 0; k < 2; ++k) place[k] += std::clamp(step[k], -longest_[k], longest_[k]);
    return place;
  }

  std::span<const double> t_, y_, weights_;
  Range levels_;
  std::array<Range, 2> bounds_;
  std::array<double, 2> longest_;
  std::vector<double> shape_;  ///< of the last evaluation, as are the moments
  Moments moments_;
};

/// Running median of three: a single point far out is gone from it.
std::vector<double> smoothed(std::span<const double> y) {
  std::vector<double> out(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t j = std::clamp<std::size_t>(i, 1, y.size() - 2);
    out[i] = std::max(std::min(y[j - 1], y[j]), std::min(std::max(y[j - 1], y[j]), y[j + 1]));
  }
  return out;
}

void require_finite(std::span<const double> t, std::span<const double> values, const char* what) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw UnitError(
          concat("a sigmoid cannot be fitted: ", what, " at t = ", t[i], " is ", values[i]));
}

}  // namespace

double Sigmoid::operator()(double t) const {
  if (std::isnan(midpoint)) return floor;
  return floor + (plateau - floor) * logistic((t - midpoint) / width);
}

double Sigmoid::crossing(double level) const {
  const double below = (level - floor) / (plateau - floor);
  if (!(below > 0 && below < 1)) return kNoValue;
  return midpoint + width * std::log(below / (1 - below));
}

double linear_crossing(const Curve& curve, double level) {
  const ThresholdPassages passages = threshold_passages(curve.y, level);
  if (passages.count % 2 == 0) return kNoValue;
  std::int64_t left = passages.count / 2;
  for (std::int64_t i = 0;; ++i) {
    if ((curve.y[i] >= level) == (curve.y[i + 1] >= level)) continue;
    if (left-- == 0) return passage_after(curve, i, level);
  }
}

SigmoidFitter::SigmoidFitter(std::span<const double> t, const SigmoidFitOptions& options,
                             std::span<const double> weights)
    : options_(options), t_(t.begin(), t.end()), weights_(weights.begin(), weights.end()) {
  SYNCGAP_EXPECTS(weights.empty() || weights.size() == t.size(), weights.size(), " weights of ",
                  t.size(), " points");
  SYNCGAP_EXPECTS(std::adjacent_find(t.begin(), t.end(), std::greater_equal<>()) == t.end());
  if (weights_.empty()) weights_.assign(t_.size(), 1.0);
  require_finite(t_, t_, "the point");
  require_finite(t_, weights_, "the weight");
  if (t_.size() < kFewestPoints) return;
  const double free = to_real(t_.size()) - kFitted;
  least_ratio_ = boost::math::quantile(
      boost::math::complement(boost::math::fisher_f(kFitted - 1, free), options.significance));
  least_drop_ = boost::math::quantile(
      boost::math::complement(boost::math::chi_squared(kFitted - 1), options.significance));
  const double range = t_.back() - t_.front();
  double weight = 0;
  for (const double w : weights_) weight += w;
  for (int m = 0; m < kStartMidpoints; ++m)
    for (const double width : kStartWidths) {
      const double midpoint = t_.front() + range * (1.2 * m / (kStartMidpoints - 1) - 0.1);
      std::vector<double> shape;
      double mean = 0, squares = 0;
      for (std::size_t i = 0; i < t_.size(); ++i) {
        shape.push_back(logistic((t_[i] - midpoint) / (width * range)));
        mean += weights_[i] * shape[i] / weight;
      }
      for (std::size_t i = 0; i < t_.size(); ++i)
        squares += weights_[i] * (shape[i] - mean) * (shape[i] - mean);
      if (!(squares > 1e-9 * weight)) continue;
      starts_.push_back({midpoint, std::log(width * range)});
      for (std::size_t i = 0; i < t_.size(); ++i)
        shapes_.push_back(weights_[i] * (shape[i] - mean) / std::sqrt(squares));
    }
}

/// The grid's point that explains most of y.
SigmoidFitter::Start SigmoidFitter::best_start(std::span<const double> y) const {
  std::size_t best = 0;
  double most = -1;
  for (std::size_t k = 0; k < starts_.size(); ++k) {
    double along = 0;
    for (std::size_t i = 0; i < y.size(); ++i) along += shapes_[k * y.size() + i] * y[i];
    if (along * along > most) {
      most = along * along;
      best = k;
    }
  }
  return starts_[best];
}

SigmoidFit SigmoidFitter::fit(std::span<const double> y, std::span<const double> errors) const {
  SYNCGAP_EXPECTS(y.size() == t_.size() && (errors.empty() || errors.size() == y.size()), y.size(),
                  " values and ", errors.size(), " errors of ", t_.size(), " points");
  require_finite(t_, y, "the value");
  require_finite(t_, errors, "the error");
  SigmoidFit out;
  if (y.size() < kFewestPoints) return out;

  const bool robust = options_.loss == FitLoss::huber;
  const std::vector<double> seen = robust ? smoothed(y) : std::vector<double>(y.begin(), y.end());
  const auto [least, most] = std::minmax_element(seen.begin(), seen.end());
  const double range = *most - *least;
  std::vector<double> weights = weights_;
  Problem problem(t_, y, weights, {*least - range, *most + range});
  const Start start = best_start(seen);
  Candidate found = problem.evaluate({start.midpoint, start.log_width});
  if (robust) {
    double before = std::numeric_limits<double>::infinity();
    for (int round = 0; round < kMostReweightings; ++round) {
      std::vector<double> distances;
      for (std::size_t i = 0; i < y.size(); ++i)
        distances.push_back(std::abs(problem.residual(found, i)));
      std::vector<double> sorted = distances;
      const double near = kHuber * kMadToSigma * quantile(sorted, 0.5);
      for (std::size_t i = 0; i < y.size(); ++i)
        weights[i] = weights_[i] * (distances[i] > near ? near / distances[i] : 1.0);
      found = problem.descend(problem.evaluate(found.place));
      if (std::abs(before - found.sum) <= 1e-8 * found.sum) break;
      before = found.sum;
    }
  } else {
    found = problem.descend(found);
  }

  const auto points = to_real(y.size()), free = points - kFitted;
  double weight = 0, mean = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    weight += weights[i];
    mean += weights[i] * y[i];
  }
  mean /= weight;
  double error_squares = 0;
  for (const double e : errors) error_squares += e * e / points;
  double squares = 0, all = 0, around = 0, chi = 0, chi_all = 0, scale = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double r = problem.residual(found, i), d = y[i] - mean;
    squares += r * r / points;
    around += weights[i] * r * r;
    all += weights[i] * d * d;
    scale += weights[i] * y[i] * y[i];
    if (error_squares > 0) {
      const double variance =
          std::max(errors[i] * errors[i], kFewestError * kFewestError * error_squares);
      chi += r * r / variance;
      chi_all += d * d / variance;
    }
  }
  out.residual_rms = std::sqrt(squares);
  out.explained = all > 0 ? 1 - around / all : 0;
  if (error_squares > 0) out.chi_square = chi / free;
  const bool constant = !(all > 1e-24 * scale);
  const bool changes = (all - around) * free > least_ratio_ * around * (kFitted - 1) ||
                       (error_squares > 0 && chi_all - chi > least_drop_);
  if (constant || !changes) {
    out.status = FitStatus::flat;
    out.curve.floor = out.curve.plateau = mean;
    out.residual_rms = std::sqrt(all / weight);
    out.explained = 0;
    if (error_squares > 0) out.chi_square = chi_all / (points - 1);
    return out;
  }
  out.curve = {found.place[0], std::exp(found.place[1]), found.floor, found.plateau};
  const bool beyond_chance =
      error_squares > 0 && boost::math::cdf(boost::math::complement(boost::math::chi_squared(free),
                                                                    chi)) < options_.significance;
  const double least_explained = error_squares > 0
                                     ? (beyond_chance ? options_.least_explained_beyond_chance : 0)
                                     : options_.least_explained;
  if (out.explained < least_explained)
    out.status = FitStatus::poor;
  else if (out.curve.midpoint < t_.front() || out.curve.midpoint > t_.back())
    out.status = FitStatus::outside;
  else
    out.status = FitStatus::fitted;
  return out;
}

SigmoidFit fit_sigmoid(const Curve& curve, std::span<const double> errors,
                       const SigmoidFitOptions& options) {
  return SigmoidFitter(curve.x, options).fit(curve.y, errors);
}

}  // namespace syncgap::observables
