// Philox4x32-10 and Box-Muller normals on Highway vectors, bit for bit what RandomStream's scalar
// functions give. Included once per Highway target, by random.cc and by kernels that consume the
// noise where it is made.
#include <array>
#include <cstdint>

#include "core/philox.h"
#include "core/simd.h"
#include "core/simd_math-inl.h"

#if defined(SYNCGAP_CORE_RANDOM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SYNCGAP_CORE_RANDOM_INL_H_
#undef SYNCGAP_CORE_RANDOM_INL_H_
#else
#define SYNCGAP_CORE_RANDOM_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Words64 = hn::ScalableTag<std::uint64_t>;
using Words32 = hn::ScalableTag<std::uint32_t>;

/// Four vectors of random words or of numbers made from them, one per word of the block.
template <class V>
struct Four {
  V v0, v1, v2, v3;
};

/// Philox on 64-bit lanes; the low half of each lane is the word. Upper halves hold leftovers of
/// products on return: the multiplication of the next round ignores them, and so must the caller.
HWY_INLINE Four<hn::Vec<Words64>> philox_lanes(Four<hn::Vec<Words64>> c,
                                               const PhiloxKeySchedule& keys) {
  const Words64 d;
  const Words32 d32;
  const auto multiplier0 = hn::Set(d32, kPhiloxMultiplier0);
  const auto multiplier1 = hn::Set(d32, kPhiloxMultiplier1);
  for (std::size_t round = 0; round < kPhiloxRounds; ++round) {
    const auto product0 = hn::MulEven(hn::BitCast(d32, c.v0), multiplier0);
    const auto product1 = hn::MulEven(hn::BitCast(d32, c.v2), multiplier1);
    c.v0 = hn::Xor3(hn::ShiftRight<32>(product1), c.v1, hn::Set(d, keys[round][0]));
    c.v2 = hn::Xor3(hn::ShiftRight<32>(product0), c.v3, hn::Set(d, keys[round][1]));
    c.v1 = product1;
    c.v3 = product0;
  }
  return c;
}

/// Which counter runs over the lanes.
enum class LanesAre { trials, blocks };

/// The counters of lanes first, first + stride, first + 2 stride, ...
template <LanesAre lanes>
HWY_INLINE Four<hn::Vec<Words64>> philox_counters(std::uint64_t trial, std::uint32_t step,
                                                  std::uint32_t block, std::uint64_t first,
                                                  std::uint64_t stride) {
  const Words64 d;
  const auto offset = hn::Add(hn::Mul(hn::Iota(d, 0), hn::Set(d, stride)), hn::Set(d, first));
  if constexpr (lanes == LanesAre::trials) {
    const auto trials = hn::Add(hn::Set(d, trial), offset);
    return {trials, hn::Set(d, step), hn::Set(d, block), hn::ShiftRight<32>(trials)};
  } else {
    return {hn::Set(d, trial), hn::Set(d, step), hn::Add(hn::Set(d, block), offset),
            hn::Set(d, trial >> 32)};
  }
}

/// One block of words for Lanes(Words32) consecutive trials or blocks.
template <LanesAre lanes>
HWY_INLINE Four<hn::Vec<Words32>> philox_words(std::uint64_t trial, std::uint32_t step,
                                               std::uint32_t block, const PhiloxKeySchedule& keys) {
  const Words32 d32;
  const auto even = philox_lanes(philox_counters<lanes>(trial, step, block, 0, 2), keys);
  const auto odd = philox_lanes(philox_counters<lanes>(trial, step, block, 1, 2), keys);
  const auto merge = [d32](auto odd_word, auto even_word) HWY_ATTR {
    return hn::OddEven(hn::BitCast(d32, hn::ShiftLeft<32>(odd_word)), hn::BitCast(d32, even_word));
  };
  return {merge(odd.v0, even.v0), merge(odd.v1, even.v1), merge(odd.v2, even.v2),
          merge(odd.v3, even.v3)};
}

/// Two normals from a squared radius, an angle within a quarter turn and the word whose two top
/// bits choose the quarter (quarter_bits holds them at the top of each lane).
template <class D, class V = hn::Vec<D>, class VU = hn::Vec<hn::RebindToUnsigned<D>>>
HWY_INLINE void box_muller(D d, V radius2, V angle, VU quarter_bits, V& first, V& second) {
  const hn::RebindToUnsigned<D> du;
  const auto sign_bit = hn::BitCast(du, hn::SignBit(d));
  const V radius = hn::Sqrt(radius2);
  const V sine = hn::Mul(radius, sine_within_quarter(d, angle));
  const V cosine = hn::Mul(radius, cosine_within_quarter(d, angle));
  const auto shifted = hn::ShiftLeft<1>(quarter_bits);
  const auto odd_quarter = hn::MaskFromVec(
      hn::BitCast(d, hn::BroadcastSignBit(hn::BitCast(hn::RebindToSigned<D>(), shifted))));
  const V a = hn::IfThenElse(odd_quarter, sine, cosine);
  const V b = hn::IfThenElse(odd_quarter, cosine, sine);
  first = hn::Xor(a, hn::BitCast(d, hn::And(hn::Xor(quarter_bits, shifted), sign_bit)));
  second = hn::Xor(b, hn::BitCast(d, hn::And(quarter_bits, sign_bit)));
}

/// Two float normals per lane from two words per lane.
template <class VU, class D = hn::ScalableTag<float>, class V = hn::Vec<D>>
HWY_INLINE void normal_pair(VU radius_word, VU angle_word, V& first, V& second) {
  const D d;
  const hn::RebindToSigned<D> di;
  const auto radius_bits = hn::BitCast(di, hn::ShiftRight<1>(radius_word));
  const V uniform = fma(hn::ConvertTo(d, radius_bits), hn::Set(d, 0x1p-31F), hn::Set(d, 0x1p-32F));
  const V radius2 = hn::Mul(hn::Set(d, -2.0F), log(d, uniform));
  const auto angle_bits =
      hn::Sub(hn::BitCast(di, hn::And(angle_word, hn::Set(Words32(), 0x3fffffffU))),
              hn::Set(di, 0x20000000));
  const V angle = fma(hn::ConvertTo(d, angle_bits), hn::Set(d, kQuarterTurnF * 0x1p-30F),
                      hn::Set(d, kQuarterTurnF * 0x1p-31F));
  box_muller(d, radius2, angle, angle_word, first, second);
}

/// Two double normals per lane from the four words of a block, in 64-bit lanes of which only the
/// low halves count.
template <class VU, class D = hn::ScalableTag<double>, class V = hn::Vec<D>>
HWY_INLINE void normal_pair(Four<VU> words, V& first, V& second) {
  const D d;
  const Words64 du;
  const auto low = hn::Set(du, 0xffffffffULL);
  const auto one = hn::Set(du, 0x3ff0000000000000ULL);
  const auto radius_word = hn::Or(hn::ShiftLeft<32>(words.v1), hn::And(words.v0, low));
  const auto angle_word = hn::Or(hn::ShiftLeft<32>(words.v3), hn::And(words.v2, low));
  const V uniform = hn::Add(hn::BitCast(d, hn::Or(hn::ShiftRight<12>(radius_word), one)),
                            hn::Set(d, -1.0 + 0x1p-53));
  const V radius2 = hn::Mul(hn::Set(d, -2.0), log(d, uniform));
  const auto fraction = hn::ShiftRight<12>(hn::ShiftLeft<2>(angle_word));
  const V angle = fma(hn::Sub(hn::BitCast(d, hn::Or(fraction, one)), hn::Set(d, 1.5)),
                      hn::Set(d, kQuarterTurn), hn::Set(d, kQuarterTurn * 0x1p-53));
  box_muller(d, radius2, angle, angle_word, first, second);
}

/// Four components of float normals for Lanes(float) consecutive trials or blocks.
template <LanesAre lanes>
HWY_INLINE Four<hn::Vec<hn::ScalableTag<float>>> normal_block(std::uint64_t trial,
                                                              std::uint32_t step,
                                                              std::uint32_t block,
                                                              const PhiloxKeySchedule& keys) {
  const auto words = philox_words<lanes>(trial, step, block, keys);
  Four<hn::Vec<hn::ScalableTag<float>>> normals;
  normal_pair(words.v0, words.v1, normals.v0, normals.v1);
  normal_pair(words.v2, words.v3, normals.v2, normals.v3);
  return normals;
}

}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
