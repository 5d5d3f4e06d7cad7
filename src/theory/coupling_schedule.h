#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace syncgap::theory {

/// A stretch [start, end) of forward time on which the coupling is smooth:
/// g(t) = level + slope (t - start) + amplitude cos(frequency (t - start)).
struct CouplingPiece {
  double start = 0.0;
  double end = std::numeric_limits<double>::infinity();
  double level = 0.0;
  double slope = 0.0;
  double amplitude = 0.0;
  double frequency = 0.0;

  bool is_constant() const { return slope == 0.0 && amplitude == 0.0; }
  double value(double t) const;
  /// int_a^b g(s) ds; a and b may be the ends of the piece.
  double integral(double a, double b) const;
};

/// Coupling strength g(t) over forward time t >= 0 (multimodal (144) and beyond). A value: cheap to
/// copy, constant after its last piece begins.
class CouplingSchedule {
 public:
  static CouplingSchedule constant(double strength);
  /// g0 1{t <= switch_time}: coupled near the data, i.e. late in generation. multimodal (144)
  static CouplingSchedule late(double strength, double switch_time);
  /// g0 1{t >= switch_time}: coupled near the noise, i.e. early in generation. multimodal (144)
  static CouplingSchedule early(double strength, double switch_time);
  /// Straight from `first` at t = 0 to `last` at ramp_time, then `last`.
  static CouplingSchedule linear(double first, double last, double ramp_time);
  /// Half a cosine from `first` at t = 0 to `last` at ramp_time, then `last`.
  static CouplingSchedule cosine(double first, double last, double ramp_time);
  /// strengths[i] from starts[i] on; starts[0] = 0, increasing.
  static CouplingSchedule piecewise(std::span<const double> starts,
                                    std::span<const double> strengths);

  /// g(t).
  double operator()(double t) const { return pieces_[piece_index(t)].value(t); }
  /// G = int_{t0}^{t1} g(s) ds, exactly; t0 <= t1.
  double integral(double t0, double t1) const;

  std::span<const CouplingPiece> pieces() const { return pieces_; }
  /// The piece that decides g(t).
  std::size_t piece_index(double t) const;
  bool is_constant() const { return pieces_.size() == 1 && pieces_[0].is_constant(); }
  /// min_t g(t) and max_t g(t).
  struct Range {
    double lowest, highest;
  };
  Range range() const;
  /// max_t |g(t)|.
  double largest_magnitude() const;

 private:
  explicit CouplingSchedule(std::vector<CouplingPiece> pieces);

  std::vector<CouplingPiece> pieces_;
};

}  // namespace syncgap::theory
