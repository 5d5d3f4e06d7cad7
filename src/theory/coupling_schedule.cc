#include "theory/coupling_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/check.h"

namespace syncgap::theory {

double CouplingPiece::value(double t) const {
  const double elapsed = t - start;
  double g = level;
  if (slope != 0.0) g += slope * elapsed;
  if (amplitude != 0.0) g += amplitude * std::cos(frequency * elapsed);
  return g;
}

double CouplingPiece::integral(double a, double b) const {
  const double length = b - a;
  const double middle = 0.5 * (a + b) - start;
  double sum = level * length;
  if (slope != 0.0) sum += slope * middle * length;
  // sin(fb) - sin(fa) as a product: no cancellation for short intervals.
  if (amplitude != 0.0)
    sum += amplitude * 2.0 * std::cos(frequency * middle) * std::sin(0.5 * frequency * length) /
           frequency;
  return sum;
}

CouplingSchedule::CouplingSchedule(std::vector<CouplingPiece> pieces) : pieces_(std::move(pieces)) {
  SYNCGAP_EXPECTS(!pieces_.empty() && pieces_.front().start == 0.0);
  SYNCGAP_EXPECTS(pieces_.back().is_constant());
  for (std::size_t i = 0; i + 1 < pieces_.size(); ++i) {
    SYNCGAP_EXPECTS(pieces_[i].start < pieces_[i + 1].start);
    pieces_[i].end = pieces_[i + 1].start;
  }
}

CouplingSchedule CouplingSchedule::constant(double strength) {
  return CouplingSchedule({CouplingPiece{.level = strength}});
}

CouplingSchedule CouplingSchedule::late(double strength, double switch_time) {
  SYNCGAP_EXPECTS(switch_time >= 0.0);
  // (144) includes t0 itself, so the uncoupled piece begins at the next number.
  const double off = std::nextafter(switch_time, std::numeric_limits<double>::infinity());
  return CouplingSchedule({CouplingPiece{.level = strength}, CouplingPiece{.start = off}});
}

CouplingSchedule CouplingSchedule::early(double strength, double switch_time) {
  SYNCGAP_EXPECTS(switch_time >= 0.0);
  if (switch_time == 0.0) return constant(strength);
  return CouplingSchedule(
      {CouplingPiece{}, CouplingPiece{.start = switch_time, .level = strength}});
}

CouplingSchedule CouplingSchedule::linear(double first, double last, double ramp_time) {
  SYNCGAP_EXPECTS(ramp_time > 0.0);
  return CouplingSchedule({CouplingPiece{.level = first, .slope = (last - first) / ramp_time},
                           CouplingPiece{.start = ramp_time, .level = last}});
}

CouplingSchedule CouplingSchedule::cosine(double first, double last, double ramp_time) {
  SYNCGAP_EXPECTS(ramp_time > 0.0);
  return CouplingSchedule({CouplingPiece{.level = 0.5 * (first + last),
                                         .amplitude = 0.5 * (first - last),
                                         .frequency = std::numbers::pi / ramp_time},
                           CouplingPiece{.start = ramp_time, .level = last}});
}

CouplingSchedule CouplingSchedule::piecewise(std::span<const double> starts,
                                             std::span<const double> strengths) {
  SYNCGAP_EXPECTS(starts.size() == strengths.size());
  std::vector<CouplingPiece> pieces;
  for (std::size_t i = 0; i < starts.size(); ++i)
    pieces.push_back({.start = starts[i], .level = strengths[i]});
  return CouplingSchedule(std::move(pieces));
}

std::size_t CouplingSchedule::piece_index(double t) const {
  SYNCGAP_EXPECTS(t >= 0.0);
  std::size_t i = pieces_.size() - 1;
  while (i > 0 && pieces_[i].start > t) --i;
  return i;
}

double CouplingSchedule::integral(double t0, double t1) const {
  SYNCGAP_EXPECTS(t0 <= t1);
  double sum = 0.0;
  for (const CouplingPiece& piece : pieces_) {
    const double a = std::max(t0, piece.start);
    const double b = std::min(t1, piece.end);
    if (a < b) sum += piece.integral(a, b);
  }
  return sum;
}

CouplingSchedule::Range CouplingSchedule::range() const {
  Range range{pieces_[0].value(0.0), pieces_[0].value(0.0)};
  auto include = [&range](double strength) {
    range.lowest = std::min(range.lowest, strength);
    range.highest = std::max(range.highest, strength);
  };
  for (const CouplingPiece& piece : pieces_) {
    // Linear pieces and half cosines are monotone: their extremes are at the ends.
    include(piece.value(piece.start));
    if (!piece.is_constant()) include(piece.value(piece.end));
  }
  return range;
}

double CouplingSchedule::largest_magnitude() const {
  const Range range = this->range();
  return std::max(std::abs(range.lowest), std::abs(range.highest));
}

}  // namespace syncgap::theory
