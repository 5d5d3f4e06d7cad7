#include "networks/group_norm_kernels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check.h"
#include "core/numbers.h"
#include "core/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "networks/group_norm_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/simd_lanes-inl.h"
#include "core/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

/// Calls visit(at, lanes, place) for all of an image's `count` numbers, vector by vector; `place`
/// runs through the period of the coefficients. The last visit may have fewer lanes.
template <class Visit>
HWY_INLINE void for_vectors(std::size_t count, std::size_t period, const Visit& visit) {
  const D d;
  const std::size_t lanes = hn::Lanes(d), whole = count / lanes * lanes;
  std::size_t at = 0;
  for (; at + period <= whole; at += period)
    for (std::size_t place = 0; place < period; place += lanes) visit(at + place, lanes, place);
  for (std::size_t place = 0; at < whole; at += lanes, place += lanes) visit(at, lanes, place);
  if (at < count) visit(at, count - at, at % period);
}

HWY_INLINE V load(const float* from, std::size_t lanes) { return load_first(D(), from, lanes); }

HWY_INLINE void store(V v, float* to, std::size_t lanes) { store_first(D(), v, to, lanes); }

/// Adds only the lanes that are there.
HWY_INLINE void gather(V v, float* sums, std::size_t lanes) {
  const D d;
  if (lanes < hn::Lanes(d)) v = hn::IfThenElseZero(hn::FirstN(d, lanes), v);
  hn::StoreU(hn::Add(hn::LoadU(d, sums), v), d, sums);
}

HWY_INLINE V sigmoid(V z) {
  const D d;
  const V half = hn::Set(d, 0.5F);
  return fma(half, tanh(d, hn::Mul(half, z)), half);
}

using D32 = hn::RebindToUnsigned<D>;
using D16 = hn::Rebind<std::uint16_t, D>;

void widen(const std::uint16_t* from, std::size_t count, float* to) {
  const D d;
  const D32 wide;
  const D16 half;
  for (std::size_t at = 0; at < count; at += hn::Lanes(d)) {
    const std::size_t lanes = std::min(hn::Lanes(d), count - at);
    const auto bits = hn::ShiftLeft<16>(hn::PromoteTo(wide, load_first(half, from + at, lanes)));
    store(hn::BitCast(d, bits), to + at, lanes);
  }
}

/// Rounds to nearest, ties to even; what is no number stays none.
void narrow(const float* from, std::size_t count, std::uint16_t* to) {
  const D d;
  const D32 wide;
  const D16 half;
  const hn::RebindToSigned<D> whole;
  for (std::size_t at = 0; at < count; at += hn::Lanes(d)) {
    const std::size_t lanes = std::min(hn::Lanes(d), count - at);
    const V value = load(from + at, lanes);
    const auto bits = hn::BitCast(wide, value);
    const auto tie = hn::And(hn::ShiftRight<16>(bits), hn::Set(wide, 1U));
    const auto rounded = hn::Add(bits, hn::Add(tie, hn::Set(wide, 0x7fffU)));
    const auto none = hn::Or(bits, hn::Set(wide, 0x400000U));
    const auto is_none = hn::RebindMask(wide, hn::IsNaN(value));
    const auto upper = hn::ShiftRight<16>(hn::IfThenElse(is_none, none, rounded));
    store_first(half, hn::DemoteTo(half, hn::BitCast(whole, upper)), to + at, lanes);
  }
}

void channel_sums(const float* x, std::size_t count, std::size_t period, float* sums) {
  for_vectors(count, period, [&](std::size_t at, std::size_t lanes, std::size_t place) {
    gather(load(x + at, lanes), sums + place, lanes);
  });
}

/// Sums of (x + offset)^2.
void channel_squares(const float* x, std::size_t count, std::size_t period, const float* offset,
                     float* sums) {
  const D d;
  for_vectors(count, period, [&](std::size_t at, std::size_t lanes, std::size_t place) {
    const V deviation = hn::Add(load(x + at, lanes), hn::LoadU(d, offset + place));
    gather(hn::Mul(deviation, deviation), sums + place, lanes);
  });
}

/// y = f(slope x + offset)
template <bool silu>
HWY_INLINE void apply_as(const float* x, std::size_t count, std::size_t period, const float* slope,
                         const float* offset, float* y) {
  const D d;
  for_vectors(count, period, [&](std::size_t at, std::size_t lanes, std::size_t place) {
    V z = fma(load(x + at, lanes), hn::LoadU(d, slope + place), hn::LoadU(d, offset + place));
    if constexpr (silu) z = hn::Mul(z, sigmoid(z));
    store(z, y + at, lanes);
  });
}
void apply(const float* x, std::size_t count, std::size_t period, const float* slope,
           const float* offset, bool silu, float* y) {
  if (silu)
    apply_as<true>(x, count, period, slope, offset, y);
  else
    apply_as<false>(x, count, period, slope, offset, y);
}

/// dz = dy f'(z) with z = slope x + offset; sums of dz and of dz xhat, xhat = slope2 x + offset2.
template <bool silu>
HWY_INLINE void differentiate_as(const float* x, const float* dy, std::size_t count,
                                 std::size_t period, const float* slope, const float* offset,
                                 const float* slope2, const float* offset2, float* dz, float* sums,
                                 float* sums2) {
  const D d;
  const V one = hn::Set(d, 1.0F);
  for_vectors(count, period, [&](std::size_t at, std::size_t lanes, std::size_t place) {
    const V value = load(x + at, lanes);
    V gradient = load(dy + at, lanes);
    if constexpr (silu) {
      const V z = fma(value, hn::LoadU(d, slope + place), hn::LoadU(d, offset + place));
      const V s = sigmoid(z);
      gradient = hn::Mul(gradient, hn::Mul(s, fma(z, hn::Sub(one, s), one)));
    }
    store(gradient, dz + at, lanes);
    const V normalized = fma(value, hn::LoadU(d, slope2 + place), hn::LoadU(d, offset2 + place));
    gather(gradient, sums + place, lanes);
    gather(hn::Mul(gradient, normalized), sums2 + place, lanes);
  });
}
void differentiate(const float* x, const float* dy, std::size_t count, std::size_t period,
                   const float* slope, const float* offset, const float* slope2,
                   const float* offset2, bool silu, float* dz, float* sums, float* sums2) {
  if (silu)
    differentiate_as<true>(x, dy, count, period, slope, offset, slope2, offset2, dz, sums, sums2);
  else
    differentiate_as<false>(x, dy, count, period, slope, offset, slope2, offset2, dz, sums, sums2);
}

/// dx = slope dz + slope2 x + offset in place of dz; its sums.
void finish(const float* x, std::size_t count, std::size_t period, const float* slope,
            const float* slope2, const float* offset, float* dx, float* sums) {
  const D d;
  for_vectors(count, period, [&](std::size_t at, std::size_t lanes, std::size_t place) {
    const V rest =
        fma(load(x + at, lanes), hn::LoadU(d, slope2 + place), hn::LoadU(d, offset + place));
    const V gradient = fma(load(dx + at, lanes), hn::LoadU(d, slope + place), rest);
    store(gradient, dx + at, lanes);
    gather(gradient, sums + place, lanes);
  });
}

}  // namespace
}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace syncgap {
namespace {
HWY_EXPORT(widen);
HWY_EXPORT(narrow);
HWY_EXPORT(channel_sums);
HWY_EXPORT(channel_squares);
HWY_EXPORT(apply);
HWY_EXPORT(differentiate);
HWY_EXPORT(finish);

constexpr std::int64_t kMostLanes = 16;  // of the widest target

}  // namespace

namespace networks {

void widen(std::span<const std::uint16_t> from, float* to) {
  HWY_DYNAMIC_DISPATCH(widen)(from.data(), from.size(), to);
}

void narrow(std::span<const float> from, std::uint16_t* to) {
  HWY_DYNAMIC_DISPATCH(narrow)(from.data(), from.size(), to);
}

GroupNormKernel::GroupNormKernel(std::span<const float> weight, std::span<const float> bias,
                                 std::int64_t groups, std::int64_t pixels, double epsilon,
                                 Activation activation)
    : weight_(weight),
      bias_(bias),
      channels_(std::ssize(weight)),
      group_size_(channels_ / groups),
      pixels_(pixels),
      period_(std::lcm(channels_, kMostLanes)),
      epsilon_(epsilon),
      activation_(activation) {
  SYNCGAP_EXPECTS(groups > 0 && channels_ % groups == 0 && bias.size() == weight.size());
  for (auto* array : {&slope_, &offset_, &slope2_, &offset2_, &sums_, &sums2_})
    array->assign(unsigned_size(period_), 0.0F);
}

template <class Value>
void GroupNormKernel::spread(std::vector<float>& coefficients, const Value& value) const {
  for (std::int64_t c = 0; c < channels_; ++c) {
    const auto number = to_float(value(unsigned_size(c), unsigned_size(c / group_size_)));
    for (std::int64_t k = c; k < period_; k += channels_) coefficients[unsigned_size(k)] = number;
  }
}

double GroupNormKernel::gathered(const std::vector<float>& sums, std::int64_t channel) const {
  double sum = 0;
  for (std::int64_t k = channel; k < period_; k += channels_) sum += sums[unsigned_size(k)];
  return sum;
}

void GroupNormKernel::forward(const float* x, std::span<const float> shift, float* y,
                              std::span<float> mean, std::span<float> scale) {
  const auto count = unsigned_size(pixels_ * channels_), period = unsigned_size(period_);
  const double size = to_real(pixels_ * group_size_);
  const auto shift_of = [&](std::size_t c) { return shift.empty() ? 0.0F : shift[c]; };
  std::fill(sums_.begin(), sums_.end(), 0.0F);
  HWY_DYNAMIC_DISPATCH(channel_sums)(x, count, period, sums_.data());
  for (std::size_t g = 0; g < mean.size(); ++g) {
    double sum = 0;
    for (std::int64_t k = 0; k < group_size_; ++k) {
      const auto c = signed_size(g) * group_size_ + k;
      sum += gathered(sums_, c) + to_real(pixels_) * shift_of(unsigned_size(c));
    }
    mean[g] = to_float(sum / size);
  }
  spread(offset_, [&](std::size_t c, std::size_t g) { return shift_of(c) - mean[g]; });
  std::fill(sums_.begin(), sums_.end(), 0.0F);
  HWY_DYNAMIC_DISPATCH(channel_squares)(x, count, period, offset_.data(), sums_.data());
  for (std::size_t g = 0; g < scale.size(); ++g) {
    double sum = 0;
    for (std::int64_t k = 0; k < group_size_; ++k)
      sum += gathered(sums_, signed_size(g) * group_size_ + k);
    scale[g] = to_float(1 / std::sqrt(sum / size + epsilon_));
  }
  spread(slope_, [&](std::size_t c, std::size_t g) { return scale[g] * weight_[c]; });
  spread(offset_, [&](std::size_t c, std::size_t g) {
    return (shift_of(c) - mean[g]) * scale[g] * weight_[c] + bias_[c];
  });
  HWY_DYNAMIC_DISPATCH(apply)
  (x, count, period, slope_.data(), offset_.data(), activation_ == Activation::silu, y);
}

void GroupNormKernel::backward(const float* x, std::span<const float> shift,
                               std::span<const float> mean, std::span<const float> scale,
                               const float* dy, float* dx, std::span<float> weight_gradient,
                               std::span<float> bias_gradient, std::span<float> shift_gradient) {
  const auto count = unsigned_size(pixels_ * channels_), period = unsigned_size(period_);
  const double size = to_real(pixels_ * group_size_);
  const auto centre = [&](std::size_t c, std::size_t g) {
    return (shift.empty() ? 0.0F : shift[c]) - mean[g];
  };
  spread(slope_, [&](std::size_t c, std::size_t g) { return scale[g] * weight_[c]; });
  spread(offset_, [&](std::size_t c, std::size_t g) {
    return centre(c, g) * scale[g] * weight_[c] + bias_[c];
  });
  spread(slope2_, [&](std::size_t, std::size_t g) { return scale[g]; });
  spread(offset2_, [&](std::size_t c, std::size_t g) { return centre(c, g) * scale[g]; });
  std::fill(sums_.begin(), sums_.end(), 0.0F);
  std::fill(sums2_.begin(), sums2_.end(), 0.0F);
  HWY_DYNAMIC_DISPATCH(differentiate)
  (x, dy, count, period, slope_.data(), offset_.data(), slope2_.data(), offset2_.data(),
   activation_ == Activation::silu, dx, sums_.data(), sums2_.data());

  // dx = scale (weight dz - <weight dz> - xhat <weight dz xhat>), means over the group
  std::vector<double> mean1(mean.size()), mean2(mean.size());
  for (std::int64_t c = 0; c < channels_; ++c) {
    const double sum = gathered(sums_, c), product = gathered(sums2_, c);
    const auto g = unsigned_size(c / group_size_);
    bias_gradient[unsigned_size(c)] += to_float(sum);
    weight_gradient[unsigned_size(c)] += to_float(product);
    mean1[g] += weight_[unsigned_size(c)] * sum / size;
    mean2[g] += weight_[unsigned_size(c)] * product / size;
  }
  spread(slope2_, [&](std::size_t, std::size_t g) { return -mean2[g] * scale[g] * scale[g]; });
  spread(offset_, [&](std::size_t c, std::size_t g) {
    return -scale[g] * (mean1[g] + mean2[g] * centre(c, g) * scale[g]);
  });
  std::fill(sums_.begin(), sums_.end(), 0.0F);
  HWY_DYNAMIC_DISPATCH(finish)
  (x, count, period, slope_.data(), slope2_.data(), offset_.data(), dx, sums_.data());
  for (std::size_t c = 0; c < shift_gradient.size(); ++c)
    shift_gradient[c] = to_float(gathered(sums_, signed_size(c)));
}

}  // namespace networks
}  // namespace syncgap
#endif  // HWY_ONCE
