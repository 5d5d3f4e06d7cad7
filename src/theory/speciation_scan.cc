#include "theory/speciation_scan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include <boost/math/tools/minima.hpp>

#include "core/root.h"

namespace syncgap::theory {
namespace {

/// Table steps in units of the local time scale, and the first step after a switch.
constexpr double kRelativeStep = 0.02;
constexpr double kEdgeStep = 1e-6;
/// Smooth pieces of a schedule get at least this many points.
constexpr double kPointsPerPiece = 100.0;

/// Largest value of `f` on [a, b] and where, by Brent's method.
template <class Function>
std::pair<double, double> maximize(Function f, double a, double b) {
  std::uintmax_t iterations = 200;
  const auto [t, negative] = boost::math::tools::brent_find_minima(
      [&](double s) { return -f(s); }, a, b, std::numeric_limits<double>::digits / 2, iterations);
  return {t, -negative};
}

/// How far a smooth curve may rise above entry i between it and its neighbours; many times what a
/// parabola through the entries allows.
double possible_rise(const std::vector<double>& values, const std::vector<std::size_t>& pieces,
                     std::size_t i) {
  double rise = 0.0;
  const std::size_t n = values.size();
  if (i + 1 < n && pieces[i + 1] == pieces[i]) {
    rise += std::abs(values[i + 1] - values[i]);
    if (i + 2 < n && pieces[i + 2] == pieces[i])
      rise += std::abs(values[i] - 2.0 * values[i + 1] + values[i + 2]);
  }
  if (i >= 1 && pieces[i - 1] == pieces[i]) {
    rise += std::abs(values[i - 1] - values[i]);
    if (i >= 2 && pieces[i - 2] == pieces[i])
      rise += std::abs(values[i] - 2.0 * values[i - 1] + values[i - 2]);
  }
  return rise;
}

}  // namespace

SpeciationScan::SpeciationScan(const AngleKappa& kappa)
    : SpeciationScan([kappa](double t, std::size_t piece) { return kappa.line(t, piece); },
                     kappa.schedule(),
                     {kappa.initial_time_scale(), kappa.later_time_scale(), kappa.horizon()}) {}

SpeciationScan::SpeciationScan(const ModeSumKappa& kappa)
    : SpeciationScan([kappa](double t, std::size_t piece) { return kappa.line(t, piece); },
                     kappa.schedule(),
                     {kappa.initial_time_scale(), kappa.later_time_scale(), kappa.horizon()}) {}

SpeciationScan::SpeciationScan(LineAt line, const CouplingSchedule& schedule, Scales scales)
    : line_(std::move(line)) {
  tabulate(schedule, scales);
  find_smallest_restoring_rate();
}

void SpeciationScan::append(double t, std::size_t piece) {
  const KappaLine line = line_(t, piece);
  times_.push_back(t);
  firsts_.push_back(line.first);
  seconds_.push_back(line.second);
  measure_ = line.measure;
  restoring_.push_back(line.restoring_rate);
  pieces_.push_back(piece);
}

void SpeciationScan::tabulate(const CouplingSchedule& schedule, Scales scales) {
  for (std::size_t p = 0; p < schedule.pieces().size(); ++p) {
    const CouplingPiece& piece = schedule.pieces()[p];
    const double start = piece.start, end = std::min(piece.end, scales.horizon);
    if (!(start < end)) continue;
    // Steps grow with the time since the piece began: what happens fast happens early.
    const double scale = p == 0 ? scales.initial : scales.later;
    const double edge = kEdgeStep * scale;
    const double longest = piece.is_constant() ? std::numeric_limits<double>::infinity()
                                               : (end - start) / kPointsPerPiece;
    append(start, p);
    // A point just inside each end shows on which side of it an extremum lies.
    for (double t = start + edge; t < end - 1.5 * edge;) {
      append(t, p);
      t += std::min(kRelativeStep * (scale + t - start), longest);
    }
    if (end - edge > times_.back()) append(end - edge, p);
    append(end, p);
  }
}

void SpeciationScan::find_smallest_restoring_rate() {
  smallest_restoring_rate_ = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < times_.size(); ++i) {
    smallest_restoring_rate_ = std::min(smallest_restoring_rate_, restoring_[i]);
    const bool inside =
        i > 0 && i + 1 < times_.size() && same_piece(i, i - 1) && same_piece(i, i + 1);
    if (!inside || restoring_[i] > restoring_[i - 1] || restoring_[i] > restoring_[i + 1]) continue;
    const auto deepest = maximize([&](double t) { return -line_(t, pieces_[i]).restoring_rate; },
                                  times_[i - 1], times_[i + 1]);
    smallest_restoring_rate_ = std::min(smallest_restoring_rate_, -deepest.second);
  }
}

std::vector<double> SpeciationScan::kappa_table(double mixing) const {
  std::vector<double> kappa(times_.size());
  const double weight = KappaLine::weight(measure_, mixing);
  for (std::size_t i = 0; i < kappa.size(); ++i)
    kappa[i] = weight * firsts_[i] + seconds_[i] * mixing;
  return kappa;
}

std::vector<Crossing> SpeciationScan::find_crossings(const std::vector<double>& kappa,
                                                     double mixing) const {
  std::vector<Crossing> found;
  auto polish = [&](std::size_t piece, double a, double b, double at_a, double at_b) {
    auto f = [&](double t) { return line_(t, piece).at(mixing) - 1.0; };
    found.push_back({find_root("speciation time", f, {a, b, at_a, at_b}), at_a > 0.0, false});
  };
  // An extremum of the table may hide two crossings between its neighbours.
  auto look_inside = [&](std::size_t i) {
    const double side = kappa[i] > 1.0 ? -1.0 : 1.0;
    const bool towards_one = side * kappa[i] >= side * kappa[i - 1] &&
                             side * kappa[i] > side * kappa[i + 1] && same_piece(i - 1, i) &&
                             same_piece(i, i + 1);
    if (!towards_one || side * (kappa[i] - 1.0) + possible_rise(kappa, pieces_, i) < 0.0) return;
    const auto [at, height] =
        maximize([&](double t) { return side * (line_(t, pieces_[i]).at(mixing) - 1.0); },
                 times_[i - 1], times_[i + 1]);
    if (!(height > 0.0)) return;
    polish(pieces_[i], times_[i - 1], at, kappa[i - 1] - 1.0, side * height);
    polish(pieces_[i], at, times_[i + 1], side * height, kappa[i + 1] - 1.0);
  };
  const std::size_t n = kappa.size();
  for (std::size_t i = 1; i < n; ++i) {
    const bool above = kappa[i] > 1.0;
    if (above != (kappa[i - 1] > 1.0)) {
      if (same_piece(i - 1, i))
        polish(pieces_[i], times_[i - 1], times_[i], kappa[i - 1] - 1.0, kappa[i] - 1.0);
      else
        found.push_back({times_[i - 1], !above, true});
    }
    if (i + 1 < n && (kappa[i] - kappa[i - 1]) * (kappa[i + 1] - kappa[i]) <= 0.0) look_inside(i);
  }
  return found;
}

double SpeciationScan::find_peak(const std::vector<double>& kappa, double mixing) const {
  double best = kappa.front();
  for (double value : kappa) best = std::max(best, value);
  for (std::size_t i = 1; i + 1 < kappa.size(); ++i) {
    if (kappa[i] < kappa[i - 1] || kappa[i] <= kappa[i + 1]) continue;
    if (!same_piece(i - 1, i) || !same_piece(i, i + 1)) continue;
    if (kappa[i] + possible_rise(kappa, pieces_, i) < best) continue;
    const auto top = maximize([&](double t) { return line_(t, pieces_[i]).at(mixing); },
                              times_[i - 1], times_[i + 1]);
    best = std::max(best, top.second);
  }
  return best;
}

std::vector<Crossing> SpeciationScan::crossings(double mixing) const {
  return find_crossings(kappa_table(mixing), mixing);
}

double SpeciationScan::peak(double mixing) const { return find_peak(kappa_table(mixing), mixing); }

Speciation SpeciationScan::speciation(double mixing) const {
  Speciation result;
  if (!(smallest_restoring_rate_ > 0.0)) {
    result.status = SpeciationStatus::unstable;
    return result;
  }
  const std::vector<double> kappa = kappa_table(mixing);
  const std::vector<Crossing> all = find_crossings(kappa, mixing);
  result.crossings = static_cast<int>(all.size());
  result.peak = find_peak(kappa, mixing);
  for (std::size_t i = all.size(); i-- > 0;) {
    if (!all[i].falling) continue;
    result.status = all[i].at_switch ? SpeciationStatus::at_switch : SpeciationStatus::speciates;
    result.time = all[i].time;
    if (i > 0) result.lower_time = all[i - 1].time;
    break;
  }
  return result;
}

}  // namespace syncgap::theory
