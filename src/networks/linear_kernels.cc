#include "networks/linear_kernels.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/check.h"
#include "core/numbers.h"
#include "core/simd.h"
#include "networks/bf16_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "networks/linear_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/simd_lanes-inl.h"
#include "networks/gelu-inl.h"

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
using networks::LinearCall;
using After = LinearCall::After;

/// Of the widest target, two vectors: the inputs of so many outputs lie together.
constexpr std::size_t kPanelColumns = networks::PackedLinear::kPanelColumns;

/// Sums for so many rows and two vectors of columns fill the registers but for what is multiplied.
constexpr std::size_t kMostRows = HWY_TARGET <= HWY_AVX3 ? 12 : 6;

/// sums (rows, 2 vectors) of rows of x with two vectors of columns of a panel.
template <std::size_t rows>
HWY_INLINE void tile(const float* x, std::size_t stride, const float* columns, std::size_t in,
                     float* sums) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  V sum[rows][2];
  for (auto& row : sum) row[0] = row[1] = hn::Zero(d);
  for (std::size_t k = 0; k < in; ++k) {
    const float* at = columns + k * kPanelColumns;
    const V left = hn::Load(d, at), right = hn::Load(d, at + lanes);
    for (std::size_t r = 0; r < rows; ++r) {
      const V factor = hn::Set(d, x[r * stride + k]);
      sum[r][0] = fma(factor, left, sum[r][0]);
      sum[r][1] = fma(factor, right, sum[r][1]);
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    hn::Store(sum[r][0], d, sums + 2 * r * lanes);
    hn::Store(sum[r][1], d, sums + (2 * r + 1) * lanes);
  }
}

template <std::size_t most>
HWY_INLINE void tile_of(std::size_t rows, const float* x, std::size_t stride, const float* columns,
                        std::size_t in, float* sums) {
  if constexpr (most > 1) {
    if (rows < most) return tile_of<most - 1>(rows, x, stride, columns, in, sums);
  }
  tile<most>(x, stride, columns, in, sums);
}

/// Sums of rows from `first`, columns from `column`, become results.
template <After after>
HWY_INLINE void finish(const LinearCall& call, std::size_t first, std::size_t rows,
                       std::size_t column, const float* sums) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t v = 0; v < 2; ++v) {
    const std::size_t at = column + v * lanes;
    if (at >= call.out) return;
    const std::size_t there = std::min(lanes, call.out - at);
    const V bias = hn::Load(d, call.bias + at);
    V gate = hn::Zero(d);
    if constexpr (after == After::gated_sum) gate = load_first(d, call.gate + at, there);
    for (std::size_t r = 0; r < rows; ++r) {
      V y = hn::Add(hn::Load(d, sums + (2 * r + v) * lanes), bias);
      if constexpr (after == After::gelu) y = gelu(d, y);
      if constexpr (after == After::gated_sum)
        y = fma(gate, y, load_first(d, call.onto + (first + r) * call.onto_stride + at, there));
      store_first(d, y, call.y + (first + r) * call.y_stride + at, there);
    }
  }
}

template <After after>
HWY_INLINE void apply_as(const LinearCall& call) {
  const std::size_t columns = 2 * hn::Lanes(D());
  HWY_ALIGN float sums[kMostRows * 2 * hn::MaxLanes(D())];
  // Tiles of nearly one size: a small last one would do little with each number it loads.
  const std::size_t tiles = (call.rows + kMostRows - 1) / kMostRows;
  for (std::size_t column = 0; column < call.out; column += columns) {
    const float* panel =
        call.panels + column / kPanelColumns * kPanelColumns * call.in + column % kPanelColumns;
    for (std::size_t t = 0, first = 0; t < tiles; ++t) {
      const std::size_t rows = call.rows * (t + 1) / tiles - first;
      if (call.halved_panels != nullptr)
        networks::bf16_tile(rows, call.halved_x + first * call.halved_stride, call.halved_stride,
                            call.halved_panels + column * call.halved_stride,
                            call.halved_stride / 2, sums);
      else
        tile_of<kMostRows>(rows, call.x + first * call.x_stride, call.x_stride, panel, call.in,
                           sums);
      finish<after>(call, first, rows, column, sums);
      first += rows;
    }
  }
}

void apply_linear(const LinearCall& call) {
  switch (call.after) {
    case After::nothing:
      return apply_as<After::nothing>(call);
    case After::gelu:
      return apply_as<After::gelu>(call);
    case After::gated_sum:
      return apply_as<After::gated_sum>(call);
  }
}

/// Calls use(at, lanes that are there) for each vector of a row.
template <class Use>
HWY_INLINE void for_vectors(std::size_t width, const Use& use) {
  const std::size_t lanes = hn::Lanes(D());
  for (std::size_t at = 0; at < width; at += lanes) use(at, std::min(lanes, width - at));
}

std::size_t vector_lanes() { return hn::Lanes(D()); }

void norm_rows(const float* x, std::size_t stride, std::size_t rows, std::size_t width,
               const float* shift, const float* scale, float epsilon, float* y) {
  const D d;
  const V one = hn::Set(d, 1.0F);
  const float share = 1.0F / static_cast<float>(width);
  for (std::size_t r = 0; r < rows; ++r, x += stride, y += width) {
    V sum = hn::Zero(d), squares = hn::Zero(d);
    for_vectors(width, [&](std::size_t at, std::size_t there) {
      sum = hn::Add(sum, load_first(d, x + at, there));
    });
    const V mean = hn::Set(d, share * hn::GetLane(hn::SumOfLanes(d, sum)));
    for_vectors(width, [&](std::size_t at, std::size_t there) {
      V deviation = hn::Sub(load_first(d, x + at, there), mean);
      if (there < hn::Lanes(d)) deviation = hn::IfThenElseZero(hn::FirstN(d, there), deviation);
      squares = fma(deviation, deviation, squares);
    });
    const float variance = share * hn::GetLane(hn::SumOfLanes(d, squares));
    const V factor = hn::Set(d, 1.0F / std::sqrt(variance + epsilon));
    for_vectors(width, [&](std::size_t at, std::size_t there) {
      const V normed = hn::Mul(hn::Sub(load_first(d, x + at, there), mean), factor);
      const V slope = hn::Add(one, load_first(d, scale + at, there));
      store_first(d, fma(normed, slope, load_first(d, shift + at, there)), y + at, there);
    });
  }
}

}  // namespace
}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace syncgap {
namespace {
HWY_EXPORT(apply_linear);
HWY_EXPORT(norm_rows);
HWY_EXPORT(vector_lanes);

/// Tiles of bfloat16 have the columns of two vectors of the widest target.
bool sums_bf16() {
  return networks::has_bf16_products() && HWY_DYNAMIC_DISPATCH(vector_lanes)() == 16;
}

}  // namespace

namespace networks {

PackedLinear::PackedLinear(std::span<const float> weight, std::span<const float> bias,
                           Precision precision)
    : in_(static_cast<std::int64_t>(weight.size() / std::max<std::size_t>(1, bias.size()))),
      out_(static_cast<std::int64_t>(bias.size())),
      precision_(precision) {
  SYNCGAP_EXPECTS(!bias.empty() && weight.size() % bias.size() == 0);
  const std::size_t in = unsigned_size(in_), out = bias.size(), even = in + in % 2;
  const std::size_t padded = (out + kPanelColumns - 1) / kPanelColumns * kPanelColumns;
  const bool halved = precision == Precision::bf16 && sums_bf16();
  if (halved)
    halved_.assign(padded * even, 0);
  else
    panels_ = AlignedArray(padded * in);
  bias_ = AlignedArray(padded);
  std::copy(bias.begin(), bias.end(), bias_.data());
  for (std::size_t j = 0; j < out; ++j) {
    const float* from = weight.data() + j * in;
    const std::size_t panel = j / kPanelColumns * kPanelColumns, column = j % kPanelColumns;
    for (std::size_t k = 0; k < in; ++k)
      if (halved)
        halved_[panel * even + (k / 2 * kPanelColumns + column) * 2 + k % 2] = bf16_bits(from[k]);
      else
        panels_[panel * in + k * kPanelColumns + column] =
            precision == Precision::bf16 ? bf16_value(bf16_bits(from[k])) : from[k];
  }
}

void PackedLinear::run(LinearCall call) const {
  if (precision_ == Precision::single) return HWY_DYNAMIC_DISPATCH(apply_linear)(call);
  if (halved_.empty()) {  // the same numbers, in floats
    std::vector<float> rounded(call.rows * call.in);
    for (std::size_t r = 0; r < call.rows; ++r)
      for (std::size_t k = 0; k < call.in; ++k)
        rounded[r * call.in + k] = bf16_value(bf16_bits(call.x[r * call.x_stride + k]));
    call.x = rounded.data();
    call.x_stride = call.in;
    return HWY_DYNAMIC_DISPATCH(apply_linear)(call);
  }
  call.halved_stride = call.in + call.in % 2;
  const auto rounded =
      std::make_unique_for_overwrite<std::uint16_t[]>(call.rows * call.halved_stride);
  to_bf16_rows(call.x, call.x_stride, call.rows, call.in, rounded.get(), call.halved_stride);
  call.halved_panels = halved_.data();
  call.halved_x = rounded.get();
  HWY_DYNAMIC_DISPATCH(apply_linear)(call);
}

LinearCall PackedLinear::call(FloatRows x, std::int64_t rows, float* y,
                              std::int64_t y_stride) const {
  return {.panels = panels_.data(),
          .bias = bias_.data(),
          .in = unsigned_size(in_),
          .out = unsigned_size(out_),
          .rows = unsigned_size(rows),
          .x = x.data,
          .x_stride = unsigned_size(x.stride),
          .y = y,
          .y_stride = unsigned_size(y_stride)};
}

void PackedLinear::apply(FloatRows x, std::int64_t rows, float* y, std::int64_t y_stride) const {
  run(call(x, rows, y, y_stride));
}

void PackedLinear::apply_gelu(FloatRows x, std::int64_t rows, float* y,
                              std::int64_t y_stride) const {
  auto gelu = call(x, rows, y, y_stride);
  gelu.after = LinearCall::After::gelu;
  run(gelu);
}

void PackedLinear::add_gated(FloatRows x, std::int64_t rows, FloatRows onto, const float* gate,
                             float* y, std::int64_t y_stride) const {
  auto sum = call(x, rows, y, y_stride);
  sum.after = LinearCall::After::gated_sum;
  sum.onto = onto.data;
  sum.onto_stride = unsigned_size(onto.stride);
  sum.gate = gate;
  run(sum);
}

void modulated_norm(FloatRows x, std::int64_t rows, std::int64_t width, const float* shift,
                    const float* scale, double epsilon, float* y) {
  HWY_DYNAMIC_DISPATCH(norm_rows)
  (x.data, unsigned_size(x.stride), unsigned_size(rows), unsigned_size(width), shift, scale,
   static_cast<float>(epsilon), y);
}

}  // namespace networks
}  // namespace syncgap
#endif  // HWY_ONCE
