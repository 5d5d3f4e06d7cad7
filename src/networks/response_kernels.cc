#include "networks/response_kernels.h"

#include "core/aligned_array.h"
#include "core/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "networks/response_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using networks::HeadDirections;
using networks::HeadGains;
using networks::HeadState;
using networks::ResponseSizes;

// No wider than the padding of rows.
using D = hn::CappedTag<float, networks::kTokenPadding>;
using V = hn::Vec<D>;

/// Rows and vectors whose products are made together: as many sums as registers hold, and more than
/// a fused multiply-add takes to be done.
constexpr std::size_t kRows = 4;
constexpr std::size_t kVectors = hn::MaxLanes(D()) == networks::kTokenPadding ? 4 : 2;

/// Columns from `at` on of y (Rows, M) = x b of rows x[r] (c), `stride` apart, and b (c, M).
template <std::size_t Rows, std::size_t Vectors>
HWY_INLINE void multiply_columns(const ResponseSizes& sizes, const float* x, std::size_t stride,
                                 const float* b, std::size_t at, float* y) {
  const D d;
  const std::size_t lanes = hn::Lanes(d), length = sizes.padded;
  V sums[Rows][Vectors];
  for (auto& of_row : sums)
    for (V& sum : of_row) sum = hn::Zero(d);
  for (std::size_t i = 0; i < sizes.channels; ++i) {
    V numbers[Vectors];
    for (std::size_t v = 0; v < Vectors; ++v)
      numbers[v] = hn::Load(d, b + i * length + at + v * lanes);
    for (std::size_t r = 0; r < Rows; ++r) {
      const V factor = hn::Set(d, x[r * stride + i]);
      for (std::size_t v = 0; v < Vectors; ++v)
        sums[r][v] = hn::MulAdd(factor, numbers[v], sums[r][v]);
    }
  }
  for (std::size_t r = 0; r < Rows; ++r)
    for (std::size_t v = 0; v < Vectors; ++v)
      hn::Store(sums[r][v], d, y + r * length + at + v * lanes);
}

template <std::size_t Rows>
HWY_INLINE void multiply(const ResponseSizes& sizes, const float* x, std::size_t stride,
                         const float* b, float* y) {
  const std::size_t lanes = hn::Lanes(D()), length = sizes.padded;
  std::size_t at = 0;
  for (; at + kVectors * lanes <= length; at += kVectors * lanes)
    multiply_columns<Rows, kVectors>(sizes, x, stride, b, at, y);
  for (; at < length; at += lanes) multiply_columns<Rows, 1>(sizes, x, stride, b, at, y);
}

/// Products of some rows, (kRows, M) each.
struct Products {
  float *answer, *asked, *offered;
};

template <std::size_t Rows>
HWY_INLINE void add_rows(const ResponseSizes& sizes, const HeadDirections& in, const HeadState& at,
                         std::size_t n, std::size_t k, const Products& made, const HeadGains& out) {
  const D d;
  const std::size_t lanes = hn::Lanes(d), length = sizes.padded;
  const std::size_t place = n * sizes.directions + k;
  multiply<Rows>(sizes, in.back + place * in.back_stride, sizes.directions * in.back_stride,
                 at.values, made.answer);
  multiply<Rows>(sizes, in.queries + place * in.query_stride, sizes.directions * in.query_stride,
                 at.keys, made.asked);
  multiply<Rows>(sizes, at.queries + n * sizes.channels, sizes.channels,
                 in.keys + k * sizes.channels * length, made.offered);
  const float* along = at.along + k * length;
  const V scale = hn::Set(d, at.scale);
  V query = hn::Zero(d), key = hn::Zero(d), routing = hn::Zero(d);
  for (std::size_t r = 0; r < Rows; ++r) {
    const std::size_t row = (n + r) * length;
    const float *a = at.attention + row, *y = made.answer + r * length;
    V heard = hn::Zero(d);
    for (std::size_t m = 0; m < length; m += lanes)
      heard = hn::MulAdd(hn::Load(d, a + m), hn::Load(d, y + m), heard);
    const V mean = hn::SumOfLanes(d, heard);
    const V rate = hn::Set(d, at.rate[n + r]), own = hn::Set(d, along[n + r]),
            key_shift = hn::Set(d, at.key_shift[n + r]),
            value_shift = hn::Set(d, in.value_shift[(n + r) * sizes.directions + k]);
    const float* routed = in.routed + k * sizes.tokens * length + row;
    for (std::size_t m = 0; m < length; m += lanes) {
      const V share = hn::Load(d, a + m), by_rate = hn::Load(d, at.rate + m),
              of_own = hn::Load(d, along + m);
      const auto of_row = [&](const float* products)
                              HWY_ATTR { return hn::Load(d, products + r * length + m); };
      // The softmax's transposed derivative.
      const V slope = hn::Mul(share, hn::Sub(hn::Load(d, y + m), mean));
      const V score = hn::Load(d, at.scores + row + m);
      const V own_asked = hn::Sub(score, hn::Load(d, at.query_shift + m));
      const V asked = hn::NegMulAdd(own, own_asked, hn::Mul(scale, of_row(made.asked)));
      query = hn::MulAdd(hn::Mul(slope, rate), asked, query);
      const V offered = hn::NegMulAdd(of_own, hn::Sub(score, key_shift), of_row(made.offered));
      key = hn::MulAdd(hn::Mul(slope, by_rate), offered, key);
      const V own_answer = hn::Sub(hn::Load(d, y + m), value_shift);
      const V said = hn::NegMulAdd(of_own, own_answer, hn::Load(d, routed + m));
      routing = hn::MulAdd(hn::Mul(share, by_rate), said, routing);
    }
  }
  const auto sum = [&](V lane) HWY_ATTR {
    return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, lane)));
  };
  out.query[k] += sum(query);
  out.key[k] += sum(key);
  out.routing[k] += sum(routing);
}

void gains_of_head(const ResponseSizes& sizes, const HeadDirections& in, const HeadState& at,
                   const HeadGains& out) {
  const std::size_t each = kRows * sizes.padded;
  AlignedArray room(3 * each);
  const Products made{room.data(), room.data() + each, room.data() + 2 * each};
  for (std::size_t k = 0; k < sizes.directions; ++k) {
    out.query[k] = out.key[k] = out.routing[k] = 0;
    std::size_t n = 0;
    for (; n + kRows <= sizes.tokens; n += kRows) add_rows<kRows>(sizes, in, at, n, k, made, out);
    for (; n < sizes.tokens; ++n) add_rows<1>(sizes, in, at, n, k, made, out);
  }
}

}  // namespace
}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace syncgap {
namespace {
HWY_EXPORT(gains_of_head);
}  // namespace

namespace networks {

void head_gains(const ResponseSizes& sizes, const HeadDirections& in, const HeadState& at,
                const HeadGains& out) {
  HWY_DYNAMIC_DISPATCH(gains_of_head)(sizes, in, at, out);
}

}  // namespace networks
}  // namespace syncgap
#endif  // HWY_ONCE
