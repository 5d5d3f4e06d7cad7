#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_array.h"
#include "networks/precision.h"

namespace syncgap::networks {

/// Rows of numbers, each `stride` behind the one before.
struct FloatRows {
  const float* data;
  std::int64_t stride;
};

/// What is done to rows by a linear layer, as the kernel takes it.
struct LinearCall {
  enum class After { nothing, gelu, gated_sum };
  const float* panels;
  const float* bias;
  std::size_t in, out, rows;
  const float* x;
  std::size_t x_stride;
  After after = After::nothing;
  const float* onto = nullptr;
  std::size_t onto_stride = 0;
  const float* gate = nullptr;
  float* y;
  std::size_t y_stride;
  /// Panels and rows of bfloat16 (bf16_kernels.h) instead, or none.
  const std::uint16_t* halved_panels = nullptr;
  const std::uint16_t* halved_x = nullptr;
  std::size_t halved_stride = 0;  ///< of rows: inputs, filled up to pairs
};

/// A linear layer W (out, in), b (out), laid out for vectors. Every number of a result is one sum
/// over the inputs, in their order, so what a row gives depends neither on the rows beside it nor
/// on how many there are. Weights and rows are single precision, or rounded to bfloat16; sums and
/// what follows them are single precision. Read by any number of threads.
class PackedLinear {
 public:
  /// Of the widest vectors, two: the weights of so many outputs lie together.
  static constexpr std::size_t kPanelColumns = 32;

  PackedLinear() = default;
  /// `weight` (out, in), `bias` (out)
  PackedLinear(std::span<const float> weight, std::span<const float> bias,
               Precision precision = Precision::single);

  std::int64_t in() const { return in_; }
  std::int64_t out() const { return out_; }

  /// y = x W^T + b of `rows` rows of x (rows, in) -> (rows, out)
  void apply(FloatRows x, std::int64_t rows, float* y, std::int64_t y_stride) const;
  /// y = gelu(x W^T + b), by its tanh form
  void apply_gelu(FloatRows x, std::int64_t rows, float* y, std::int64_t y_stride) const;
  /// y = onto + gate (x W^T + b); `gate` (out), y may be where `onto` is
  void add_gated(FloatRows x, std::int64_t rows, FloatRows onto, const float* gate, float* y,
                 std::int64_t y_stride) const;

 private:
  LinearCall call(FloatRows x, std::int64_t rows, float* y, std::int64_t y_stride) const;
  /// Does what is called for, to rows that are rounded before where they are to be.
  void run(LinearCall call) const;

  std::int64_t in_ = 0, out_ = 0;
  Precision precision_ = Precision::single;
  AlignedArray panels_, bias_;  // (panels, in, kPanelColumns); (panels kPanelColumns)
  /// (panels, pairs of inputs, kPanelColumns, 2), where the processor multiplies bfloat16.
  std::vector<std::uint16_t> halved_;
};

/// y = norm(x) (1 + scale) + shift of `rows` rows of `width` numbers, which are set to mean 0 and
/// variance 1, that variance plus `epsilon`; `shift`, `scale` (width), y without gaps.
void modulated_norm(FloatRows x, std::int64_t rows, std::int64_t width, const float* shift,
                    const float* scale, double epsilon, float* y);

}  // namespace syncgap::networks
