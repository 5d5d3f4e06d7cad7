#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "observables/sigmoid_fit.h"

namespace syncgap::observables {

/// How a scan over branch points t = 0 .. last goes on. A trunk passes every t and a branch leaves
/// at each measured one, so a point costs the last - t steps after it.
struct ScanOptions {
  std::int64_t last = 100;
  std::int64_t coarse_step = 10;  ///< of the first grid; `last` belongs to it
  /// By how much the midpoint's interval may be wider than if all points were measured.
  double widening = 0.1;
  std::int64_t batch = 8;  ///< points at a time and curve: each batch knows what the last one saw
  /// Of the evaluations that every point from its own start costs, at most this share.
  double most_evaluations = 0.35;
  SigmoidFitOptions fit = {};
};

/// A curve at the measured points. Errors, none if unknown, tell where points say most.
struct ScanCurve {
  std::span<const double> values, errors;
};

enum class ScanState {
  coarse,      ///< the first grid is not complete
  searching,   ///< no sigmoid in what is seen: a grid of half the step
  refining,    ///< points are added where they narrow the midpoint's interval most for their cost
  precise,     ///< the interval is predicted to be as narrow as asked for
  no_sigmoid,  ///< nor on the finer grid
  spent,       ///< nothing is left to add, or to pay for it
};
bool is_done(ScanState state);

struct CurveScan {
  ScanState state = ScanState::coarse;
  SigmoidFit fit;
  /// Predicted length of the midpoint's interval over that of all points, minus 1; NaN unless
  /// there is a sigmoid.
  double widening = std::numeric_limits<double>::quiet_NaN();
};

struct ScanAdvice {
  std::vector<std::int64_t> next;  ///< to be measured, increasing; empty: the scan is done
  std::vector<CurveScan> curves;
};

/// What to measure after `measured` (increasing), which holds for all curves. A function of its
/// arguments alone. The prediction takes errors of different points as independent (every branch
/// has its own noise): what is common to the points of a pair makes added points worth less, so
/// that the interval of pairs is widened by less than predicted.
ScanAdvice next_scan_points(std::span<const std::int64_t> measured,
                            std::span<const ScanCurve> curves, const ScanOptions& options = {});

/// Steps of a trunk and a branch at each of these points; and of every point from its own start.
std::int64_t scan_evaluations(std::span<const std::int64_t> points, std::int64_t last);
std::int64_t naive_evaluations(std::int64_t last);

}  // namespace syncgap::observables
