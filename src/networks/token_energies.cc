#include "networks/token_energies.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/numbers.h"
#include "core/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "networks/token_energies.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/simd_lanes-inl.h"
#include "core/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

void take_differences(const float* a, const float* b, std::size_t tokens, std::size_t channels,
                      float* difference, float* states, float* differences) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  const V half_root = hn::Set(d, std::numbers::sqrt2_v<float> / 2);
  for (std::size_t at = 0; at < channels; at += lanes) {
    const std::size_t there = std::min(lanes, channels - at);
    V of_states = hn::Zero(d), of_difference = hn::Zero(d);
    for (std::size_t token = 0; token < tokens; ++token) {
      const std::size_t from = token * channels + at;
      const V x = load_first(d, a + from, there), y = load_first(d, b + from, there);
      const V v = hn::Mul(half_root, hn::Sub(x, y));
      store_first(d, v, difference + from, there);
      of_states = fma(x, x, fma(y, y, of_states));
      of_difference = fma(v, v, of_difference);
    }
    store_first(d, of_states, states + at, there);
    store_first(d, of_difference, differences + at, there);
  }
}

/// sum over y of factors[y] rows[y], rows of floats `stride` apart.
HWY_INLINE V combined(const float* factors, const float* rows, std::size_t stride, std::size_t g,
                      std::size_t there) {
  const D d;
  V sum = hn::Zero(d);
  for (std::size_t y = 0; y < g; ++y)
    sum = fma(hn::Set(d, factors[y]), load_first(d, rows + y * stride, there), sum);
  return sum;
}

void take_bands(const float* tokens, std::size_t g, std::size_t channels, const float* cosines,
                float* along, double* bands) {
  const D d;
  const std::size_t lanes = hn::Lanes(d), row = g * channels;
  for (std::size_t u = 0; u < g; ++u)
    for (std::size_t at = 0; at < row; at += lanes) {
      const std::size_t there = std::min(lanes, row - at);
      store_first(d, combined(cosines + u * g, tokens + at, row, g, there), along + u * row + at,
                  there);
    }
  std::fill_n(bands, g, 0.0);
  for (std::size_t u = 0; u < g; ++u)
    for (std::size_t v = 0; v < g; ++v) {
      V squares = hn::Zero(d);
      for (std::size_t at = 0; at < channels; at += lanes) {
        const V wave = combined(cosines + v * g, along + u * row + at, channels, g,
                                std::min(lanes, channels - at));
        squares = fma(wave, wave, squares);
      }
      bands[std::max(u, v)] += hn::GetLane(hn::SumOfLanes(d, squares));
    }
}

}  // namespace
}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace syncgap {
namespace {
HWY_EXPORT(take_differences);
HWY_EXPORT(take_bands);

}  // namespace

namespace networks {

TokenEnergies::TokenEnergies(std::int64_t grid, std::int64_t channels)
    : grid_(grid),
      channels_(channels),
      cosines_(unsigned_size(grid * grid)),
      along_(unsigned_size(grid * grid * channels)),
      states_(unsigned_size(channels)),
      differences_(unsigned_size(channels)),
      bands_(unsigned_size(grid)) {
  for (std::int64_t u = 0; u < grid; ++u)
    for (std::int64_t x = 0; x < grid; ++x)
      cosines_[unsigned_size(u * grid + x)] = static_cast<float>(
          std::sqrt((u == 0 ? 1.0 : 2.0) / to_real(grid)) *
          std::cos(std::numbers::pi * to_real(u) * (to_real(x) + 0.5) / to_real(grid)));
}

void TokenEnergies::take(const float* a, const float* b, float* difference) {
  HWY_DYNAMIC_DISPATCH(take_differences)
  (a, b, unsigned_size(grid_ * grid_), unsigned_size(channels_), difference, states_.data(),
   differences_.data());
  HWY_DYNAMIC_DISPATCH(take_bands)
  (difference, unsigned_size(grid_), unsigned_size(channels_), cosines_.data(), along_.data(),
   bands_.data());
}

}  // namespace networks
}  // namespace syncgap
#endif  // HWY_ONCE
