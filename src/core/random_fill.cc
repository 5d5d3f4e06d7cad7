// The vectorised half of RandomStream, compiled once per instruction set and chosen at run time.
#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "core/check.h"
#include "core/philox.h"
#include "core/random.h"
#include "core/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/random_fill.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/random-inl.h"
#include "core/simd_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace {

enum class Law { uniform, normal };

template <class Real>
using Tag = hn::ScalableTag<Real>;

/// The numbers of one block, one vector per component.
template <class Real>
using BlockOf = std::array<hn::Vec<Tag<Real>>, kComponentsPerBlock<Real>>;

HWY_INLINE hn::Vec<Tag<float>> uniform_lanes(hn::Vec<Words32> word) {
  const auto bits = hn::Or(hn::ShiftRight<9>(word), hn::Set(Words32(), 0x3f800000U));
  return hn::Add(hn::BitCast(Tag<float>(), bits), hn::Set(Tag<float>(), -1.0F + 0x1p-24F));
}

HWY_INLINE hn::Vec<Tag<double>> uniform_lanes(hn::Vec<Words64> low, hn::Vec<Words64> high) {
  const Words64 d;
  const auto word =
      hn::Or(hn::ShiftLeft<32>(high), hn::And(low, hn::Set(d, std::uint64_t{0xffffffff})));
  const auto bits = hn::Or(hn::ShiftRight<12>(word), hn::Set(d, 0x3ff0000000000000ULL));
  return hn::Add(hn::BitCast(Tag<double>(), bits), hn::Set(Tag<double>(), -1.0 + 0x1p-53));
}

template <class Real, Law law, LanesAre lanes>
HWY_INLINE void make_block(std::uint64_t trial, std::uint32_t step, std::uint32_t block,
                           const PhiloxKeySchedule& keys, hn::Vec<Tag<Real>>* v) {
  if constexpr (sizeof(Real) == 4) {
    const auto words = philox_words<lanes>(trial, step, block, keys);
    if constexpr (law == Law::normal) {
      normal_pair(words.v0, words.v1, v[0], v[1]);
      normal_pair(words.v2, words.v3, v[2], v[3]);
    } else {
      v[0] = uniform_lanes(words.v0);
      v[1] = uniform_lanes(words.v1);
      v[2] = uniform_lanes(words.v2);
      v[3] = uniform_lanes(words.v3);
    }
  } else {
    const auto words = philox_lanes(philox_counters<lanes>(trial, step, block, 0, 1), keys);
    if constexpr (law == Law::normal) {
      normal_pair(words, v[0], v[1]);
    } else {
      v[0] = uniform_lanes(words.v0, words.v1);
      v[1] = uniform_lanes(words.v2, words.v3);
    }
  }
}

/// Components 0, 1, ... of one (trial, step), a vector of blocks at a time.
template <class Real, Law law>
HWY_INLINE void fill_components(const PhiloxKeySchedule& keys, std::uint64_t trial,
                                std::uint32_t step, std::span<Real> out) {
  const Tag<Real> d;
  constexpr std::size_t per_block = kComponentsPerBlock<Real>;
  const std::size_t stride = per_block * hn::Lanes(d);
  HWY_ALIGN Real tail[per_block * hn::MaxLanes(d)];
  for (std::size_t done = 0; done < out.size(); done += stride) {
    hn::Vec<Tag<Real>> v[per_block];
    make_block<Real, law, LanesAre::blocks>(trial, step,
                                            static_cast<std::uint32_t>(done / per_block), keys, v);
    if constexpr (per_block == 4)
      hn::StoreInterleaved4(v[0], v[1], v[2], v[3], d, tail);
    else
      hn::StoreInterleaved2(v[0], v[1], d, tail);
    std::memcpy(out.data() + done, tail, std::min(stride, out.size() - done) * sizeof(Real));
  }
}

/// out[component][trial], a vector of trials at a time.
template <class Real>
HWY_INLINE void fill_across_trials(const PhiloxKeySchedule& keys, std::uint64_t first_trial,
                                   std::size_t trials, std::uint32_t step,
                                   std::uint32_t first_component, std::span<Real> out) {
  const Tag<Real> d;
  constexpr std::size_t per_block = kComponentsPerBlock<Real>;
  const std::size_t components = out.size() / trials;
  for (std::size_t component = 0; component < components; component += per_block) {
    const auto block = static_cast<std::uint32_t>((first_component + component) / per_block);
    const std::size_t wanted = std::min(per_block, components - component);
    for (std::size_t trial = 0; trial < trials; trial += hn::Lanes(d)) {
      hn::Vec<Tag<Real>> v[per_block];
      make_block<Real, Law::normal, LanesAre::trials>(first_trial + trial, step, block, keys, v);
      const std::size_t count = std::min(hn::Lanes(d), trials - trial);
      for (std::size_t i = 0; i < wanted; ++i)
        store_first(d, v[i], out.data() + (component + i) * trials + trial, count);
    }
  }
}

void float_uniforms(const PhiloxKeySchedule& keys, std::uint64_t trial, std::uint32_t step,
                    std::span<float> out) {
  fill_components<float, Law::uniform>(keys, trial, step, out);
}
void double_uniforms(const PhiloxKeySchedule& keys, std::uint64_t trial, std::uint32_t step,
                     std::span<double> out) {
  fill_components<double, Law::uniform>(keys, trial, step, out);
}
void float_normals(const PhiloxKeySchedule& keys, std::uint64_t trial, std::uint32_t step,
                   std::span<float> out) {
  fill_components<float, Law::normal>(keys, trial, step, out);
}
void double_normals(const PhiloxKeySchedule& keys, std::uint64_t trial, std::uint32_t step,
                    std::span<double> out) {
  fill_components<double, Law::normal>(keys, trial, step, out);
}
void float_normals_across_trials(const PhiloxKeySchedule& keys, std::uint64_t first_trial,
                                 std::size_t trials, std::uint32_t step,
                                 std::uint32_t first_component, std::span<float> out) {
  fill_across_trials<float>(keys, first_trial, trials, step, first_component, out);
}
void double_normals_across_trials(const PhiloxKeySchedule& keys, std::uint64_t first_trial,
                                  std::size_t trials, std::uint32_t step,
                                  std::uint32_t first_component, std::span<double> out) {
  fill_across_trials<double>(keys, first_trial, trials, step, first_component, out);
}

}  // namespace
}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace syncgap {
namespace {
HWY_EXPORT(float_uniforms);
HWY_EXPORT(double_uniforms);
HWY_EXPORT(float_normals);
HWY_EXPORT(double_normals);
HWY_EXPORT(float_normals_across_trials);
HWY_EXPORT(double_normals_across_trials);
}  // namespace

template <>
void RandomStream::fill_uniforms<float>(std::uint64_t trial, std::uint32_t step,
                                        std::span<float> out) const {
  HWY_DYNAMIC_DISPATCH(float_uniforms)(philox_key_schedule(key_), trial, step, out);
}
template <>
void RandomStream::fill_uniforms<double>(std::uint64_t trial, std::uint32_t step,
                                         std::span<double> out) const {
  HWY_DYNAMIC_DISPATCH(double_uniforms)(philox_key_schedule(key_), trial, step, out);
}
template <>
void RandomStream::fill_normals<float>(std::uint64_t trial, std::uint32_t step,
                                       std::span<float> out) const {
  HWY_DYNAMIC_DISPATCH(float_normals)(philox_key_schedule(key_), trial, step, out);
}
template <>
void RandomStream::fill_normals<double>(std::uint64_t trial, std::uint32_t step,
                                        std::span<double> out) const {
  HWY_DYNAMIC_DISPATCH(double_normals)(philox_key_schedule(key_), trial, step, out);
}
template <>
void RandomStream::fill_normals_across_trials<float>(std::uint64_t first_trial, std::size_t trials,
                                                     std::uint32_t step,
                                                     std::uint32_t first_component,
                                                     std::span<float> out) const {
  SYNCGAP_EXPECTS(trials > 0 && out.size() % trials == 0, out.size(), " numbers for ", trials,
                  " trials");
  SYNCGAP_EXPECTS(first_component % kComponentsPerBlock<float> == 0, "first component ",
                  first_component);
  HWY_DYNAMIC_DISPATCH(float_normals_across_trials)
  (philox_key_schedule(key_), first_trial, trials, step, first_component, out);
}
template <>
void RandomStream::fill_normals_across_trials<double>(std::uint64_t first_trial, std::size_t trials,
                                                      std::uint32_t step,
                                                      std::uint32_t first_component,
                                                      std::span<double> out) const {
  SYNCGAP_EXPECTS(trials > 0 && out.size() % trials == 0, out.size(), " numbers for ", trials,
                  " trials");
  SYNCGAP_EXPECTS(first_component % kComponentsPerBlock<double> == 0, "first component ",
                  first_component);
  HWY_DYNAMIC_DISPATCH(double_normals_across_trials)
  (philox_key_schedule(key_), first_trial, trials, step, first_component, out);
}

}  // namespace syncgap
#endif  // HWY_ONCE
