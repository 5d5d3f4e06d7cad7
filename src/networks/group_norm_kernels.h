#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace syncgap::networks {

/// What follows a group norm.
enum class Activation { none, silu };

/// Numbers of bfloat16 as floats.
void widen(std::span<const std::uint16_t> from, float* to);
/// Floats as bfloat16, rounded to nearest, ties to even.
void narrow(std::span<const float> from, std::uint16_t* to);

/// y = f(weight * (x + shift - mean) / std + bias) of one image whose pixels are (H W, C), channels
/// fastest; mean and variance run over the pixels and channels of a group. Shifts are added to a
/// channel's pixels before; an empty span is no shift. The image stays in the nearest cache between
/// the passes, which is the gain over separate operations on whole batches.
class GroupNormKernel {
 public:
  /// `weight`, `bias`: (C), outlive this. C is a multiple of `groups`.
  GroupNormKernel(std::span<const float> weight, std::span<const float> bias, std::int64_t groups,
                  std::int64_t pixels, double epsilon, Activation activation);

  /// x -> y, both (H W, C); returns mean and 1 / std of each group in `mean`, `scale`: (G).
  void forward(const float* x, std::span<const float> shift, float* y, std::span<float> mean,
               std::span<float> scale);
  /// Gradient of a loss by x from that by y: `dy` -> `dx`, both (H W, C). Adds to the gradients by
  /// weight and bias, (C), and sets the one by shift, (C) or empty.
  void backward(const float* x, std::span<const float> shift, std::span<const float> mean,
                std::span<const float> scale, const float* dy, float* dx,
                std::span<float> weight_gradient, std::span<float> bias_gradient,
                std::span<float> shift_gradient);

 private:
  /// Repeats a value for each channel along a period of whole vectors.
  template <class Value>
  void spread(std::vector<float>& coefficients, const Value& value) const;
  /// Sums what repeats of a channel have gathered.
  double gathered(const std::vector<float>& sums, std::int64_t channel) const;

  std::span<const float> weight_, bias_;
  std::int64_t channels_, group_size_, pixels_, period_;
  double epsilon_;
  Activation activation_;
  std::vector<float> slope_, offset_, slope2_, offset2_, sums_, sums2_;  // (period)
};

}  // namespace syncgap::networks
