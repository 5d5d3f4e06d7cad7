#include "networks/attention_kernels.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/numbers.h"
#include "core/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "networks/attention_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// After foreach_target, once per target.
#include <hwy/contrib/math/math-inl.h>

#include "core/simd_lanes-inl.h"
#include "core/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr std::size_t kTile = networks::AttentionKernel::kQueriesTogether;

/// Rows of floats `stride` apart.
struct Rows {
  const float* data;
  std::size_t stride;
};

/// sums[r][v] = sum over k of a(r, k) b(k, v-th vector from column `at`)
template <std::size_t vectors>
HWY_INLINE void products(Rows a, Rows b, std::size_t at, std::size_t count,
                         V (&sums)[kTile][vectors]) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  for (auto& row : sums)
    for (V& sum : row) sum = hn::Zero(d);
  for (std::size_t k = 0; k < count; ++k) {
    const float* right = b.data + k * b.stride + at;
    V columns[vectors];
    for (std::size_t v = 0; v < vectors; ++v) columns[v] = hn::LoadU(d, right + v * lanes);
    for (std::size_t r = 0; r < kTile; ++r) {
      const V left = hn::Set(d, a.data[r * a.stride + k]);
      for (std::size_t v = 0; v < vectors; ++v) sums[r][v] = fma(left, columns[v], sums[r][v]);
    }
  }
}

/// Calls use(r, at, sum) for each vector of the product of `count` columns of a with b's rows.
template <class Use>
HWY_INLINE void for_products(Rows a, Rows b, std::size_t columns, std::size_t count,
                             const Use& use) {
  const std::size_t lanes = hn::Lanes(D());
  std::size_t at = 0;
  for (; at + lanes < columns; at += 2 * lanes) {
    V sums[kTile][2];
    products<2>(a, b, at, count, sums);
    for (std::size_t r = 0; r < kTile; ++r) {
      use(r, at, sums[r][0]);
      use(r, at + lanes, sums[r][1]);
    }
  }
  if (at < columns) {
    V sums[kTile][1];
    products<1>(a, b, at, count, sums);
    for (std::size_t r = 0; r < kTile; ++r) use(r, at, sums[r][0]);
  }
}

/// Scores become exp(score - greatest); returns one over their sum. What lies behind them is zeroed
/// up to a whole vector.
HWY_INLINE float exponentials(float* scores, std::size_t count) {
  const D d;
  const std::size_t lanes = hn::Lanes(d), whole = count / lanes * lanes;
  V greatest = hn::Set(d, scores[0]);
  for (std::size_t j = 0; j < whole; j += lanes)
    greatest = hn::Max(greatest, hn::LoadU(d, scores + j));
  float most = hn::GetLane(hn::MaxOfLanes(d, greatest));
  for (std::size_t j = whole; j < count; ++j) most = std::max(most, scores[j]);
  const V top = hn::Set(d, most);
  V sum = hn::Zero(d);
  for (std::size_t j = 0; j < count; j += lanes) {
    V e = hn::Exp(d, hn::Sub(hn::LoadU(d, scores + j), top));
    if (j == whole) e = hn::IfThenElseZero(hn::FirstN(d, count - whole), e);
    sum = hn::Add(sum, e);
    hn::StoreU(e, d, scores + j);
  }
  return 1.0F / hn::GetLane(hn::SumOfLanes(d, sum));
}

/// Columns of `keys` are tokens, those of `values` channels; g < 0: nothing is there to mix with.
void attend(const float* queries, std::size_t stride, Rows keys, Rows values, std::size_t tokens,
            std::size_t width, float* tile, Rows scores_of, float* scores, float g, float* out,
            std::size_t out_stride) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  const float scale = 1.0F / std::sqrt(static_cast<float>(width));
  const V strength = hn::Set(d, g), whole = hn::Set(d, 1.0F + g);
  for (std::size_t first = 0; first < tokens; first += kTile) {
    // The last tile is filled up with old queries, whose answers nobody reads.
    const std::size_t rows = std::min(kTile, tokens - first);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < width; ++c)
        tile[r * width + c] = scale * queries[(first + r) * stride + c];
    for_products({tile, width}, keys, tokens, width, [&](std::size_t r, std::size_t at, V sum) {
      hn::StoreU(sum, d, scores + r * scores_of.stride + at);
    });
    float shares[kTile];
    for (std::size_t r = 0; r < kTile; ++r)
      shares[r] = exponentials(scores + r * scores_of.stride, tokens);
    for_products(scores_of, values, width, tokens, [&](std::size_t r, std::size_t at, V sum) {
      if (r >= rows) return;
      float* to = out + (first + r) * out_stride + at;
      const std::size_t there = std::min(lanes, width - at);
      V answer = hn::Mul(sum, hn::Set(d, shares[r]));
      if (g >= 0)
        answer = hn::Div(hn::Add(load_first(d, to, there), hn::Mul(strength, answer)), whole);
      store_first(d, answer, to, there);
    });
  }
}

void attend_to(const float* queries, std::size_t stride, const float* keys, std::size_t keys_stride,
               const float* values, std::size_t values_stride, std::size_t tokens,
               std::size_t width, float* tile, float* scores, float g, float* out,
               std::size_t out_stride) {
  attend(queries, stride, {keys, keys_stride}, {values, values_stride}, tokens, width, tile,
         {scores, keys_stride}, scores, g, out, out_stride);
}

}  // namespace
}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace syncgap {
namespace {
HWY_EXPORT(attend_to);

/// Of the widest target, two vectors; and a line more, so that rows of a power of two do not all
/// fall on the same lines of the cache.
constexpr std::size_t kMostColumns = 32, kLine = 16;

std::size_t padded(std::size_t columns) {
  return (columns + kMostColumns - 1) / kMostColumns * kMostColumns + kLine;
}

}  // namespace

namespace networks {

AttentionKernel::AttentionKernel(std::int64_t tokens, std::int64_t width)
    : tokens_(unsigned_size(tokens)),
      width_(unsigned_size(width)),
      keys_(width_ * padded(tokens_)),
      values_(tokens_ * padded(width_)),
      queries_(kQueriesTogether * width_),
      scores_(kQueriesTogether * padded(tokens_)) {
  SYNCGAP_EXPECTS(tokens > 0 && width > 0);
}

void AttentionKernel::take(const float* keys, const float* values, std::int64_t stride) {
  const std::size_t across = padded(tokens_), along = padded(width_);
  for (std::size_t token = 0; token < tokens_; ++token) {
    const std::size_t from = token * unsigned_size(stride);
    for (std::size_t c = 0; c < width_; ++c) keys_[c * across + token] = keys[from + c];
    std::copy_n(values + from, width_, values_.data() + token * along);
  }
}

void AttentionKernel::attend(const float* queries, std::int64_t stride, float* out,
                             std::int64_t out_stride) {
  mix(queries, stride, -1.0F, out, out_stride);
}

void AttentionKernel::mix(const float* queries, std::int64_t stride, float g, float* out,
                          std::int64_t out_stride) {
  HWY_DYNAMIC_DISPATCH(attend_to)
  (queries, unsigned_size(stride), keys_.data(), padded(tokens_), values_.data(), padded(width_),
   tokens_, width_, queries_.data(), scores_.data(), g, out, unsigned_size(out_stride));
}

}  // namespace networks
}  // namespace syncgap
#endif  // HWY_ONCE
