#include "cloud/posterior_block.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/check.h"
#include "core/numbers.h"
#include "observables/matrix_product.h"

namespace syncgap::cloud {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// In float, energies this close to the second lowest are computed again in double where they are
/// few: they decide, and close to a point the products lose the most digits.
constexpr double kRefineWindow = 16;
constexpr double kLeastWindow = 4;
constexpr std::size_t kMostRefined = 16;

/// Weights below this fraction of the largest are left out of the mean.
constexpr double kNegligibleWeight = 1e-18;

/// Below this share of weights that count, adding rows one by one beats the full product.
constexpr double kSparse = 1.0 / 24;

}  // namespace

template <class Real>
PosteriorBlock<Real>::PosteriorBlock(const CloudView<Real>& cloud, NoiseLevel level, Wanted wanted,
                                     std::size_t most_states)
    : cloud_(cloud), level_(level), wanted_(wanted) {
  const std::size_t inner = cloud.varying.size();
  const std::size_t columns = std::min(cloud.count, kPointsPerTile);
  states_.resize(most_states * inner);
  exact_.resize(most_states * inner);
  norms_.resize(most_states);
  dots_.resize(most_states * columns);
  energies_.resize(padded(columns));
  if (wanted == Wanted::mean) {
    weights_.resize(most_states * columns);
    mean_.resize(most_states * inner);
  }
}

template <class Real>
void PosteriorBlock<Real>::visit(std::span<const double> states,
                                 std::span<const std::uint32_t> sources) {
  rows_ = states.size() / cloud_.dimension;
  running_.assign(rows_, {{kInfinity, 0, {}, 0, kInfinity}, kInfinity});
  groups_.assign(cloud_.groups > 1 ? rows_ * cloud_.groups : 0, 0.0);
  std::fill(mean_.begin(), mean_.end(), Real(0));
  load(states);
  for (std::size_t begin = 0; begin < cloud_.count; begin += kPointsPerTile)
    visit_tile(begin, std::min(kPointsPerTile, cloud_.count - begin), sources);
}

template <class Real>
void PosteriorBlock<Real>::load(std::span<const double> states) {
  const std::size_t d = cloud_.dimension, inner = cloud_.varying.size();
  for (std::size_t r = 0; r < rows_; ++r) {
    double norm = 0;
    for (std::size_t k = 0; k < d; ++k) {
      const double x = states[r * d + k] - level_.signal * cloud_.origin[k];
      norm += x * x;
    }
    norms_[r] = norm;
    for (std::size_t k = 0; k < inner; ++k) {
      const std::size_t from = cloud_.varying[k];
      const double x = states[r * d + from] - level_.signal * cloud_.origin[from];
      exact_[r * inner + k] = x;
      states_[r * inner + k] = static_cast<Real>(x);
    }
  }
}

template <class Real>
void PosteriorBlock<Real>::visit_tile(std::size_t begin, std::size_t columns,
                                      std::span<const std::uint32_t> sources) {
  const std::size_t inner = cloud_.varying.size();
  const std::span<const Real> points = cloud_.points.subspan(begin * inner, columns * inner);
  observables::multiply_transposed(rows_, columns, inner, states_.data(), points.data(),
                                   dots_.data());  // (b, p)
  TileEnergies tile{cloud_.half_norms.subspan(begin, columns), {}, level_.signal, level_.variance};
  if (!cloud_.log_weights.empty()) tile.log_weights = cloud_.log_weights.subspan(begin, columns);

  std::size_t nonzero = 0;
  for (std::size_t r = 0; r < rows_; ++r) {
    const std::span<double> row = std::span(energies_).first(padded(columns));
    double lowest =
        fill_energies(std::span<const Real>(dots_).subspan(r * columns, columns), tile, row);
    if constexpr (std::is_same_v<Real, float>) lowest = refine(r, tile, points, lowest);
    if (!sources.empty() && sources[r] >= begin && sources[r] < begin + columns)
      running_[r].source_energy = row[sources[r] - begin];
    std::size_t own = columns;  // where the nearest point so far is in this tile
    if (lowest < running_[r].lowest) {
      own = find_first(row, lowest);
      lower(r, lowest, static_cast<std::uint32_t>(begin + own));
    }
    if (wanted_ != Wanted::nearest) nonzero += add_row(r, begin, columns, own);
  }
  if (wanted_ == Wanted::mean && nonzero > 0) add_means(points, columns, nonzero);
}

/// Computes the energies that decide again, in double; returns the tile's lowest. What decides is
/// measured from the second lowest of all: where one point has all the weight, 1 - p is the
/// others'.
template <class Real>
double PosteriorBlock<Real>::refine(std::size_t row, const TileEnergies& tile,
                                    std::span<const Real> points, double lowest) {
  const std::size_t inner = cloud_.varying.size(), columns = tile.half_norms.size();
  Running& running = running_[row];
  running.second = std::min(running.second, std::max(lowest, running.lowest));
  if (lowest + kRefineWindow < running.lowest) {
    const std::size_t own = find_first(energies_, lowest);
    energies_[own] = kInfinity;
    running.second = std::min(running.second, find_lowest(std::span(energies_).first(columns)));
    energies_[own] = lowest;
  }
  // Where too many are that close, the closest of them.
  std::array<std::size_t, kMostRefined> close;
  std::size_t found = kMostRefined + 1;
  for (double window = kRefineWindow; found > kMostRefined; window /= 2) {
    if (window < kLeastWindow || lowest >= running.second + window) return lowest;
    found = 0;
    for (std::size_t i = 0; i < columns && found <= kMostRefined; ++i)
      if (energies_[i] < running.second + window) {
        if (found < kMostRefined) close[found] = i;
        ++found;
      }
  }
  const auto x = std::span<const double>(exact_).subspan(row * inner, inner);
  double least = kInfinity;
  for (std::size_t j = 0; j < found; ++j) {
    const std::size_t i = close[j];
    double energy = (tile.signal * tile.signal * tile.half_norms[i] -
                     tile.signal * dot(x, points.subspan(i * inner, inner))) /
                    tile.variance;
    if (!tile.log_weights.empty()) energy -= tile.log_weights[i];
    energies_[i] = energy;
    least = std::min(least, energy);
  }
  return least;
}

/// Adopts a new lowest energy: all weights so far shrink by the same factor.
template <class Real>
void PosteriorBlock<Real>::lower(std::size_t row, double energy, std::uint32_t index) {
  Running& running = running_[row];
  const double drop = running.lowest - energy;
  const double factor = std::exp(-drop);  // 0 at the first tile
  if (factor > 0) {
    TileSums& others = running.others;
    const double total = others.weight + 1;
    others.weighted_energy = factor * (others.weighted_energy + drop * total);
    others.weight = factor * total;
    others.square = factor * factor * (others.square + 1);
  } else {
    running.others = {};
  }
  running.half_norm *= factor;
  running.lowest = energy;
  running.nearest = index;
  if (cloud_.groups > 1)
    for (double& weight : std::span(groups_).subspan(row * cloud_.groups, cloud_.groups))
      weight *= factor;
  if (wanted_ == Wanted::mean) {
    const std::size_t inner = cloud_.varying.size();
    for (Real& sum : std::span(mean_).subspan(row * inner, inner)) sum *= static_cast<Real>(factor);
  }
}

/// Adds one row of energies to the sums; returns how many weights count for the mean.
template <class Real>
std::size_t PosteriorBlock<Real>::add_row(std::size_t row, std::size_t begin, std::size_t columns,
                                          std::size_t own) {
  const std::span<double> energies = std::span(energies_).first(padded(columns));
  Running& running = running_[row];
  if (own < columns) energies[own] = kInfinity;
  const TileSums sums = fill_weights(energies, running.lowest);
  running.others.weight += sums.weight;
  running.others.weighted_energy += sums.weighted_energy;
  running.others.square += sums.square;
  const std::span<double> weights = energies.first(columns);
  if (own < columns) weights[own] = 1;
  if (cloud_.groups > 1)
    for (std::size_t g = 0; g < cloud_.groups; ++g)
      groups_[row * cloud_.groups + g] +=
          dot(weights, cloud_.membership.subspan(g * cloud_.count + begin, columns));
  if (wanted_ != Wanted::mean) return 0;
  running.half_norm += dot(weights, cloud_.half_norms.subspan(begin, columns));
  std::size_t nonzero = 0;
  for (std::size_t i = 0; i < columns; ++i) {
    const bool counts = weights[i] > kNegligibleWeight;
    nonzero += counts;
    weights_[row * columns + i] = counts ? static_cast<Real>(weights[i]) : Real(0);
  }
  return nonzero;
}

template <class Real>
void PosteriorBlock<Real>::add_means(std::span<const Real> points, std::size_t columns,
                                     std::size_t nonzero) {
  const std::size_t inner = cloud_.varying.size();
  if (to_real(nonzero) > kSparse * to_real(rows_ * columns)) {
    observables::add_product(rows_, inner, columns, weights_.data(), points.data(), mean_.data(),
                             {columns, inner, inner});  // (b, p) (p, d') -> (b, d')
    return;
  }
  for (std::size_t r = 0; r < rows_; ++r) {
    Real* sum = mean_.data() + r * inner;
    for (std::size_t i = 0; i < columns; ++i) {
      const Real weight = weights_[r * columns + i];
      if (weight == 0) continue;
      const Real* point = points.data() + i * inner;
      for (std::size_t k = 0; k < inner; ++k) sum[k] += weight * point[k];
    }
  }
}

template <class Real>
void PosteriorBlock<Real>::store(std::size_t first, Posterior& out) const {
  const std::size_t inner = cloud_.varying.size(), groups = cloud_.groups > 1 ? cloud_.groups : 0;
  const PosteriorScale scale(level_, cloud_.count, cloud_.dimension, !cloud_.log_weights.empty());
  for (std::size_t r = 0; r < rows_; ++r) {
    const Running& running = running_[r];
    store_scalars(running, norms_[r], scale, first + r, out);
    store_groups(std::span<const double>(groups_).subspan(r * groups, groups), running, first + r,
                 out);
    if (wanted_ == Wanted::mean)
      store_mean(std::span<const Real>(mean_).subspan(r * inner, inner), running, cloud_.origin,
                 cloud_.varying, first + r, out);
  }
}

template class PosteriorBlock<float>;
template class PosteriorBlock<double>;

}  // namespace syncgap::cloud
