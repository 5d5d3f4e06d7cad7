#include "theory/finite_collapse.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "theory/cluster_collapse.h"
#include "theory/noncentral_chi_square.h"

namespace syncgap::theory {
namespace {

/// What is below e^{-kNegligible} of the whole is left out.
constexpr double kNegligible = 30.0;
/// Steps of the trapezoid sums at resolution 1: in widths of a bell-shaped weight (error e^{-2 pi^2
/// / step^2}), and in y for functions of e^y, which are analytic to |Im y| < pi/2 (e^{-pi^2 /
/// step}).
constexpr double kBellStep = 0.87;
constexpr double kExponentStep = 0.5;
/// Width of the length of a standard normal vector, whatever its dimension.
constexpr double kLengthWidth = 0.707;
/// Clusters further apart than this do not see each other's points, up to e^{-signal^2 / 2}; nearer
/// than that they are one.
constexpr double kFarSignal = 6.5;
constexpr double kOneSignal = 1e-8;

/// Energies are measured from d / 2, that of a typical true point.
struct EnergyNode {
  double energy, weight;
};

/// Visits start, start + step, ... and start - step, ... while visit(x) returns true.
template <class Visit>
void outwards(double start, double step, Visit visit) {
  for (double x = start; visit(x); x += step) {
  }
  for (double x = start - step; visit(x); x -= step) {
  }
}

/// 1 - e^{-x} for x >= 0, to 1e-12 relative.
double hit_probability(double x) {
  if (x < 1e-4) return x * (1.0 - 0.5 * x * (1.0 - x / 3.0));
  return x < 40.0 ? 1.0 - std::exp(-x) : 1.0;
}

/// A falling grid y_j = top - j step, and sums over it of functions of e^{y - energy}.
class FallingGrid {
 public:
  FallingGrid(double top, double bottom, double step)
      : top_(top),
        step_(step),
        decay_(std::exp(-step)),
        size_(static_cast<std::ptrdiff_t>((top - bottom) / step) + 1) {}

  double top() const { return top_; }
  double step() const { return step_; }
  std::size_t size() const { return size_; }

  /// sum_k w_k (1 - exp(-e^{y - E_k})). Far above E_k a term is its weight, far below it is
  /// e^{y - E_k}: only in between is there something to compute.
  std::vector<double> expected_hits(const std::vector<EnergyNode>& nodes) const {
    std::vector<double> hits(size()), saturated(size() + 1), fading(size());
    for (const EnergyNode& node : nodes) {
      const Zone zone = transition(node.energy);
      saturated[zone.first] += node.weight;
      double z = zone.z;
      for (std::size_t j = zone.first; j < zone.last; ++j, z *= decay_)
        hits[j] += node.weight * hit_probability(z);
      if (zone.last < size()) fading[zone.last] += node.weight * z;
    }
    // `saturated` holds weights that end before their place, `fading` terms that begin at theirs.
    double above = 0.0, below = 0.0;
    for (std::size_t j = size(); j-- > 0;) {
      above += saturated[j + 1];
      hits[j] += above;
    }
    for (std::size_t j = 0; j < size(); ++j) {
      below = below * decay_ + fading[j];
      hits[j] += below;
    }
    return hits;
  }

  /// int dy e^{-z} f and int dy z e^{-z} f with z = e^{y - energy}; `sums` is from running_sums(f).
  struct Integrals {
    double of_transform, of_slope;
  };
  Integrals integrate(double energy, const std::vector<double>& f,
                      const std::vector<double>& sums) const {
    const Zone zone = transition(energy);
    Integrals found{sums[zone.last], 0.0};
    double z = zone.z;
    for (std::size_t j = zone.first; j < zone.last; ++j, z *= decay_) {
      const double missed = f[j] * std::exp(-z);
      found.of_transform += missed;
      found.of_slope += z * missed;
    }
    return {step_ * found.of_transform, step_ * found.of_slope};
  }
  /// sums[j] = f_j + f_{j+1} + ... to the bottom.
  static std::vector<double> running_sums(const std::vector<double>& f) {
    std::vector<double> sums(f.size() + 1);
    for (std::size_t j = f.size(); j-- > 0;) sums[j] = sums[j + 1] + f[j];
    return sums;
  }

 private:
  /// Where e^{y - energy} lies between 40 and 1e-8; z is its value at `first`.
  struct Zone {
    std::size_t first, last;
    double z;
  };
  Zone transition(double energy) const {
    auto place = [&](double y) {
      const auto j = static_cast<std::ptrdiff_t>(std::ceil((top_ - y) / step_));
      return unsigned_size(std::clamp<std::ptrdiff_t>(j, 0, size_));
    };
    const std::size_t first = place(energy + 3.7);
    return {first, place(energy - 18.5), std::exp(top_ - to_real(first) * step_ - energy)};
  }

  double top_, step_, decay_;
  std::ptrdiff_t size_;
};

/// One time and one pair of clusters. Lengths are in units of sqrt(Gamma) for x, and of the width
/// of a drifted cluster for distances between x and the centre of a cluster: these are `stretch`
/// times as large.
class Ensemble {
 public:
  Ensemble(const TwoClusters& clusters, double log_points, double t, double resolution)
      : d_(clusters.dimension),
        ratio_(memory_ratio(clusters, t)),
        stretch_(std::sqrt((1.0 + ratio_) / ratio_)),
        signal_(clusters.signal(t)),
        log_points_(log_points),
        points_(std::exp(log_points)),
        bell_step_(kBellStep / resolution),
        exponent_step_(kExponentStep / resolution),
        sees_other_(signal_ > kOneSignal && signal_ < kFarSignal) {
    choose_steps();
    choose_grid();
  }

  FiniteCollapse average();

 private:
  void choose_steps();
  void choose_grid();
  /// log of the density of |x - m e^{-t}| at `length`, up to a constant.
  double log_length_weight(double length) const {
    return (d_ - 1.0) * std::log(length / std::sqrt(d_)) - 0.5 * (length * length - d_);
  }
  /// Energies scale * chi^2_d(distance^2) - d/2 with weights count * probability, as far as these
  /// matter; nothing above `highest`.
  std::vector<EnergyNode> energy_nodes(double scale, double distance, double log_count,
                                       double highest) const;
  std::vector<EnergyNode> true_point(double length) const {
    return energy_nodes(0.5 * ratio_ / (1.0 + ratio_), length / std::sqrt(ratio_), 0.0,
                        std::numeric_limits<double>::infinity());
  }
  /// n q(y), q the hit probability of a point of a cluster whose centre is `place` steps away.
  const std::vector<double>& hits(std::int64_t place);
  /// 1 - (1 - q)^{n-1} for the mean q of both clusters, over the directions of m.
  std::vector<double> missing(std::int64_t place);
  double missing_power(double hits) const;

  double d_, ratio_, stretch_, signal_, log_points_, points_, bell_step_, exponent_step_;
  bool sees_other_;
  double distance_step_ = 0.0;       ///< of the distances at which hits are tabulated
  std::int64_t own_stride_ = 1;      ///< steps between distances from x's own cluster
  std::optional<FallingGrid> grid_;  ///< of y
  std::map<std::int64_t, std::vector<double>> hits_;
};

void Ensemble::choose_steps() {
  // A step of the distance moves energies by r * distance * step; where their law is wide that is
  // no matter, but its tail, down to the n-th part, must look the same at the next step.
  const double typical = stretch_ * std::sqrt(d_);
  const double tail = bell_step_ / (1.0 + std::sqrt(2.0 * log_points_));
  const double gain = 1.0 - 1.0 / ((1.0 + ratio_) * (1.0 + ratio_));
  double own = std::max(exponent_step_ / (ratio_ * typical * gain), tail);
  own = std::min(
      {own, bell_step_ * kLengthWidth * stretch_,
       std::max(exponent_step_ / (ratio_ * typical * gain), bell_step_ * std::sqrt(1.0 + ratio_))});
  distance_step_ = own;
  if (!sees_other_) return;
  const double farthest = typical + 2.0 * signal_ * stretch_;
  const double other =
      std::min(std::max(exponent_step_ / (ratio_ * farthest), tail),
               bell_step_ * 2.0 * signal_ * stretch_ / std::sqrt(d_ + 4.0 * signal_ * signal_));
  own_stride_ = std::max<std::int64_t>(1, std::llround(std::floor(own / other)));
  distance_step_ = std::min(own, other);
}

void Ensemble::choose_grid() {
  // Above `high` the true point is hit for certain; below `low` no point is: their expected number
  // is e^y times this annealed one, for the nearest x of either cluster.
  double high = -std::numeric_limits<double>::infinity(), nearest = std::sqrt(d_);
  outwards(std::sqrt(d_), kLengthWidth, [&](double length) {
    if (!(length > 0.0) || log_length_weight(length) < -kNegligible) return false;
    nearest = std::min(nearest, length);
    for (const EnergyNode& node : true_point(length)) high = std::max(high, node.energy);
    return true;
  });
  high += std::log(kNegligible);
  const double annealed =
      log_points_ - 0.5 * d_ * std::log1p(ratio_) + 0.5 * (d_ - nearest * nearest);
  const double low = std::min(high, -annealed) - kNegligible;
  grid_.emplace(high, low, exponent_step_);
}

std::vector<EnergyNode> Ensemble::energy_nodes(double scale, double distance, double log_count,
                                               double highest) const {
  // |v + g| for |v| = distance is bell-shaped with a width between .7 and 1, whatever d.
  const double square = distance * distance;
  const double typical = std::sqrt(square + d_ - 1.0);
  const double width = std::sqrt(2.0 * d_ + 4.0 * square) / (2.0 * typical);
  const double top = std::sqrt(std::max(0.0, highest + 0.5 * d_) / scale);
  const double steepest = 2.0 * scale * std::min(top, typical + 8.0 * width);
  const double step = std::min(bell_step_ * width, exponent_step_ / steepest);
  std::vector<EnergyNode> nodes;
  outwards(std::min(typical, top), step, [&](double length) {
    if (!(length > 0.0 && length <= top)) return false;
    const double log_weight = log_noncentral_chi_square_density(length * length, d_, square) +
                              std::log(2.0 * length * step) + log_count;
    if (log_weight < -kNegligible) return false;
    nodes.push_back({scale * length * length - 0.5 * d_, std::exp(log_weight)});
    return true;
  });
  return nodes;
}

const std::vector<double>& Ensemble::hits(std::int64_t place) {
  const auto [found, fresh] = hits_.try_emplace(place);
  if (fresh) {
    const double distance = to_real(place) * distance_step_;
    const double highest = grid_->top() + log_points_ + kNegligible;
    found->second =
        grid_->expected_hits(energy_nodes(0.5 * ratio_, distance, log_points_, highest));
  }
  return found->second;
}

double Ensemble::missing_power(double hits) const {
  const double q = hits / points_;
  if (hits - q > 40.0) return 1.0;
  if (q < 1e-4) return hit_probability((hits - q) * (1.0 + q * (0.5 + q * (1.0 / 3.0 + 0.25 * q))));
  return q < 1.0 ? hit_probability((1.0 - points_) * std::log1p(-q)) : (points_ > 1.0 ? 1.0 : 0.0);
}

std::vector<double> Ensemble::missing(std::int64_t place) {
  const std::vector<double>& own = hits(place);
  std::vector<double> missing(grid_->size());
  if (!sees_other_) {
    // Far clusters: the other half of the points is out of sight. One cluster: all are alike.
    const double share = signal_ < kFarSignal ? 1.0 : 0.5;
    for (std::size_t j = 0; j < grid_->size(); ++j) missing[j] = missing_power(share * own[j]);
    return missing;
  }
  const double length = to_real(place) * distance_step_ / stretch_;
  const double separation = 2.0 * signal_;
  double total = 0.0;
  auto add = [&](std::int64_t other) {
    // Cosine of the angle between x - m e^{-t} and m; its law is (1 - u^2)^{(d-3)/2} du, and
    // du ~ distance d(distance).
    const double distance = to_real(other) * distance_step_;
    const double u =
        (distance * distance / (stretch_ * stretch_) - length * length - separation * separation) /
        (2.0 * length * separation);
    const double sine_square = (1.0 - u) * (1.0 + u);
    if (other <= 0 || !(sine_square > 0.0)) return false;
    const double weight = distance * std::pow(sine_square, 0.5 * (d_ - 3.0));
    if (weight < 1e-13 * stretch_ * length) return false;
    const std::vector<double>& seen = hits(other);
    for (std::size_t j = 0; j < grid_->size(); ++j)
      missing[j] += weight * missing_power(0.5 * (own[j] + seen[j]));
    total += weight;
    return true;
  };
  const auto middle = std::llround(stretch_ * std::hypot(length, separation) / distance_step_);
  for (std::int64_t other = middle; add(other); ++other) {
  }
  for (std::int64_t other = middle - 1; add(other); --other) {
  }
  for (double& value : missing) value /= total;
  return missing;
}

FiniteCollapse Ensemble::average() {
  FiniteCollapse sum{0.0, 0.0};
  double total = 0.0;
  auto add = [&](std::int64_t place) {
    const double length = to_real(place) * distance_step_ / stretch_;
    if (place <= 0 || log_length_weight(length) < -kNegligible) return false;
    const double weight = std::exp(log_length_weight(length));
    const std::vector<double> lost = missing(place);
    const std::vector<EnergyNode> own_point = true_point(length);
    const std::vector<double> sums = FallingGrid::running_sums(lost);
    double mass = 0.0, surprise = 0.0, lost_weight = 0.0;
    for (const EnergyNode& node : own_point) {
      const auto integrals = grid_->integrate(node.energy, lost, sums);
      mass += node.weight;
      surprise += node.weight * integrals.of_transform;
      lost_weight += node.weight * integrals.of_slope;
    }
    sum.excess_entropy += weight * surprise / mass;
    sum.true_weight += weight * lost_weight / mass;
    total += weight;
    return true;
  };
  const auto middle = std::llround(stretch_ * std::sqrt(d_) / distance_step_);
  for (std::int64_t place = middle; add(place); place += own_stride_) {
  }
  for (std::int64_t place = middle - own_stride_; add(place); place -= own_stride_) {
  }
  return {sum.excess_entropy / (total * d_), 1.0 - sum.true_weight / total};
}

}  // namespace

FiniteCollapse finite_collapse(const TwoClusters& clusters, double log_points, double t,
                               double resolution) {
  SYNCGAP_EXPECTS(clusters.dimension >= 4.0 && t > 0.0 && log_points >= 0.0 &&
                  log_points <= 600.0 && resolution > 0.0);
  return Ensemble(clusters, log_points, t, resolution).average();
}

}  // namespace syncgap::theory
