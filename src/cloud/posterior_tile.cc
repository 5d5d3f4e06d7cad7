#include "cloud/posterior_tile.h"

#include <limits>

#include "core/check.h"
#include "core/numbers.h"
#include "core/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cloud/posterior_tile.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// After foreach_target, once per target.
#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace syncgap::cloud::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;
using Vector = hn::Vec<Doubles>;

HWY_INLINE Vector load(const double* from) { return hn::LoadU(Doubles(), from); }
HWY_INLINE Vector load(const float* from) {
  return hn::PromoteTo(Doubles(), hn::LoadU(hn::Rebind<float, Doubles>(), from));
}

/// exp(-energy) falls below the smallest normal number beyond this.
constexpr double kHighestEnergy = 708;

template <class Real>
HWY_INLINE double energies_of(std::span<const Real> dots, const TileEnergies& tile,
                              std::span<double> energies) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  const double slope = tile.signal / tile.variance;
  const double offset = tile.signal * slope;
  const bool weighted = !tile.log_weights.empty();
  Vector lowest = hn::Set(d, std::numeric_limits<double>::infinity());
  std::size_t i = 0;
  for (; i + lanes <= dots.size(); i += lanes) {
    Vector energy = hn::MulSub(hn::Set(d, offset), load(tile.half_norms.data() + i),
                               hn::Mul(hn::Set(d, slope), load(dots.data() + i)));
    if (weighted) energy = hn::Sub(energy, load(tile.log_weights.data() + i));
    hn::StoreU(energy, d, energies.data() + i);
    lowest = hn::Min(lowest, energy);
  }
  double least = hn::GetLane(hn::MinOfLanes(d, lowest));
  for (; i < dots.size(); ++i) {
    double energy = offset * tile.half_norms[i] - slope * static_cast<double>(dots[i]);
    if (weighted) energy -= tile.log_weights[i];
    energies[i] = energy;
    least = energy < least ? energy : least;
  }
  for (; i < energies.size(); ++i) energies[i] = std::numeric_limits<double>::infinity();
  return least;
}

double energies_float(std::span<const float> dots, const TileEnergies& tile,
                      std::span<double> energies) {
  return energies_of(dots, tile, energies);
}
double energies_double(std::span<const double> dots, const TileEnergies& tile,
                       std::span<double> energies) {
  return energies_of(dots, tile, energies);
}

TileSums weights_of(std::span<double> energies, double lowest) {
  const Doubles d;
  const Vector shift = hn::Set(d, lowest);
  const Vector highest = hn::Set(d, kHighestEnergy);
  Vector weight = hn::Zero(d), weighted_energy = hn::Zero(d), square = hn::Zero(d);
  for (std::size_t i = 0; i < energies.size(); i += hn::Lanes(d)) {
    Vector energy = hn::Sub(load(energies.data() + i), shift);
    const auto counts = hn::Lt(energy, highest);
    if (hn::AllFalse(d, counts)) {
      hn::StoreU(hn::Zero(d), d, energies.data() + i);
      continue;
    }
    energy = hn::IfThenElseZero(counts, energy);
    const Vector w = hn::IfThenElseZero(counts, hn::Exp(d, hn::Neg(energy)));
    weight = hn::Add(weight, w);
    weighted_energy = hn::MulAdd(w, energy, weighted_energy);
    square = hn::MulAdd(w, w, square);
    hn::StoreU(w, d, energies.data() + i);
  }
  return {hn::GetLane(hn::SumOfLanes(d, weight)), hn::GetLane(hn::SumOfLanes(d, weighted_energy)),
          hn::GetLane(hn::SumOfLanes(d, square))};
}

std::size_t position_of(std::span<const double> row, double value) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  const Vector wanted = hn::Set(d, value);
  std::size_t i = 0;
  for (; i + lanes <= row.size(); i += lanes) {
    const std::intptr_t at = hn::FindFirstTrue(d, hn::Eq(load(row.data() + i), wanted));
    if (at >= 0) return i + unsigned_size(at);
  }
  for (; i < row.size(); ++i)
    if (row[i] == value) return i;
  return 0;
}

double lowest_of(std::span<const double> row) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  Vector lowest = hn::Set(d, std::numeric_limits<double>::infinity());
  std::size_t i = 0;
  for (; i + lanes <= row.size(); i += lanes) lowest = hn::Min(lowest, load(row.data() + i));
  double least = hn::GetLane(hn::MinOfLanes(d, lowest));
  for (; i < row.size(); ++i) least = row[i] < least ? row[i] : least;
  return least;
}

template <class Real>
HWY_INLINE double dot_of(std::span<const double> a, std::span<const Real> b) {
  const Doubles d;
  const std::size_t lanes = hn::Lanes(d);
  Vector sum0 = hn::Zero(d), sum1 = hn::Zero(d), sum2 = hn::Zero(d), sum3 = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 4 * lanes <= a.size(); i += 4 * lanes) {
    sum0 = hn::MulAdd(load(a.data() + i), load(b.data() + i), sum0);
    sum1 = hn::MulAdd(load(a.data() + i + lanes), load(b.data() + i + lanes), sum1);
    sum2 = hn::MulAdd(load(a.data() + i + 2 * lanes), load(b.data() + i + 2 * lanes), sum2);
    sum3 = hn::MulAdd(load(a.data() + i + 3 * lanes), load(b.data() + i + 3 * lanes), sum3);
  }
  double sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3))));
  for (; i < a.size(); ++i) sum += a[i] * static_cast<double>(b[i]);
  return sum;
}

double dot_double(std::span<const double> a, std::span<const double> b) { return dot_of(a, b); }
double dot_float(std::span<const double> a, std::span<const float> b) { return dot_of(a, b); }

}  // namespace
}  // namespace syncgap::cloud::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace syncgap::cloud {
namespace {
HWY_EXPORT(energies_float);
HWY_EXPORT(energies_double);
HWY_EXPORT(weights_of);
HWY_EXPORT(position_of);
HWY_EXPORT(lowest_of);
HWY_EXPORT(dot_double);
HWY_EXPORT(dot_float);
}  // namespace

std::size_t padded(std::size_t n) {
  constexpr std::size_t kLanes = 8;  // of the widest target, AVX-512
  return (n + kLanes - 1) / kLanes * kLanes;
}

double fill_energies(std::span<const float> dots, const TileEnergies& tile,
                     std::span<double> energies) {
  SYNCGAP_EXPECTS(energies.size() == padded(dots.size()));
  return HWY_DYNAMIC_DISPATCH(energies_float)(dots, tile, energies);
}

double fill_energies(std::span<const double> dots, const TileEnergies& tile,
                     std::span<double> energies) {
  SYNCGAP_EXPECTS(energies.size() == padded(dots.size()));
  return HWY_DYNAMIC_DISPATCH(energies_double)(dots, tile, energies);
}

std::size_t find_first(std::span<const double> row, double value) {
  return HWY_DYNAMIC_DISPATCH(position_of)(row, value);
}

double find_lowest(std::span<const double> row) { return HWY_DYNAMIC_DISPATCH(lowest_of)(row); }

TileSums fill_weights(std::span<double> energies, double lowest) {
  SYNCGAP_EXPECTS(energies.size() == padded(energies.size()));
  return HWY_DYNAMIC_DISPATCH(weights_of)(energies, lowest);
}

double dot(std::span<const double> a, std::span<const double> b) {
  SYNCGAP_EXPECTS(a.size() == b.size());
  return HWY_DYNAMIC_DISPATCH(dot_double)(a, b);
}

double dot(std::span<const double> a, std::span<const float> b) {
  SYNCGAP_EXPECTS(a.size() == b.size());
  return HWY_DYNAMIC_DISPATCH(dot_float)(a, b);
}

}  // namespace syncgap::cloud
#endif  // HWY_ONCE
