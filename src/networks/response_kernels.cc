#include "networks/response_kernels.h"

#include "core/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "networks/response_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using networks::Adjoint;
using networks::NormedChanges;

/// Calls `step(tag, at)` for vectors that cover [0, count) without reaching beyond: wide ones, then
/// one of up to eight lanes, then single numbers. Heads have few channels, and rows few tokens.
template <class Step>
HWY_INLINE void cover(std::size_t count, const Step& step) {
  const hn::ScalableTag<float> wide;
  const hn::CappedTag<float, 8> narrow;
  const hn::CappedTag<float, 1> single;
  std::size_t at = 0;
  for (; at + hn::Lanes(wide) <= count; at += hn::Lanes(wide)) step(wide, at);
  for (; at + hn::Lanes(narrow) <= count; at += hn::Lanes(narrow)) step(narrow, at);
  for (; at < count; ++at) step(single, at);
}

void slopes_of_rows(const float* a, std::size_t rows, std::size_t directions, std::size_t tokens,
                    float* y) {
  for (std::size_t row = 0; row < rows; ++row, a += tokens)
    for (std::size_t k = 0; k < directions; ++k, y += tokens) {
      float mean = 0;
      cover(tokens, [&](auto d, std::size_t at) HWY_ATTR {
        const auto product = hn::Mul(hn::LoadU(d, a + at), hn::LoadU(d, y + at));
        mean += hn::GetLane(hn::SumOfLanes(d, product));
      });
      cover(tokens, [&](auto d, std::size_t at) HWY_ATTR {
        const auto about = hn::Sub(hn::LoadU(d, y + at), hn::Set(d, mean));
        hn::StoreU(hn::Mul(hn::LoadU(d, a + at), about), d, y + at);
      });
    }
}

void products_of_rows(const NormedChanges& changes, std::size_t first, const Adjoint& adjoint,
                      double* out) {
  for (std::size_t n = 0; n < changes.tokens; ++n)
    for (std::size_t k = 0; k < changes.directions; ++k) {
      const std::size_t at = n * changes.directions + k;
      const float* shared = changes.shared + at * changes.stride + first;
      const float* own = changes.own + n * changes.stride + first;
      const float* back = adjoint.numbers + n * adjoint.by_token + k * adjoint.by_direction;
      const float along = changes.along[at];
      float sum = 0;
      cover(adjoint.channels, [&](auto d, std::size_t i) HWY_ATTR {
        const auto change =
            hn::NegMulAdd(hn::Set(d, along), hn::LoadU(d, own + i), hn::LoadU(d, shared + i));
        sum += hn::GetLane(hn::SumOfLanes(d, hn::Mul(change, hn::LoadU(d, back + i))));
      });
      out[k] += static_cast<double>(sum * changes.rate[n]);
    }
}

}  // namespace
}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace syncgap {
namespace {
HWY_EXPORT(slopes_of_rows);
HWY_EXPORT(products_of_rows);
}  // namespace

namespace networks {

void softmax_slopes(const float* a, std::size_t rows, std::size_t directions, std::size_t tokens,
                    float* y) {
  HWY_DYNAMIC_DISPATCH(slopes_of_rows)(a, rows, directions, tokens, y);
}

void add_products(const NormedChanges& changes, std::size_t first, const Adjoint& adjoint,
                  double* out) {
  HWY_DYNAMIC_DISPATCH(products_of_rows)(changes, first, adjoint, out);
}

}  // namespace networks
}  // namespace syncgap
#endif  // HWY_ONCE
