#include "core/random.h"

#include <bit>
#include <cmath>

#include "core/approximations.h"
#include "core/philox.h"

namespace syncgap {
namespace {

/// Finalizer of SplitMix64: every input bit changes every output bit with probability near 1/2.
constexpr std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// Folds one value into a hash; order matters.
constexpr std::uint64_t absorb(std::uint64_t state, std::uint64_t value) {
  return mix(state + 0x9e3779b97f4a7c15ULL + mix(value));
}

std::uint64_t absorb(std::uint64_t state, std::string_view text) {
  state = absorb(state, text.size());
  for (const char c : text) state = absorb(state, static_cast<unsigned char>(c));
  return state;
}

/// Integers, reals and labels fold in a type tag first, so that seed 1 is not g = 1.0.
std::uint64_t absorb(std::uint64_t state, const StreamCoordinate& coordinate) {
  state = absorb(state, coordinate.index());
  if (const auto* integer = std::get_if<std::int64_t>(&coordinate))
    return absorb(state, static_cast<std::uint64_t>(*integer));
  if (const auto* real = std::get_if<double>(&coordinate))
    return absorb(state, std::bit_cast<std::uint64_t>(*real == 0.0 ? 0.0 : *real));  // -0 is 0
  return absorb(state, std::get<std::string_view>(coordinate));
}

/// What one block of words holds: two Box-Muller pairs of floats or one of doubles.
template <class Real>
struct NormalPair {
  Real first, second;
};

/// Turns a pair within the first quarter by the quarter in the two top bits of `angle_bits`.
template <class Real>
NormalPair<Real> box_muller(Real radius2, Real angle, std::uint32_t angle_bits) {
  const Real radius = std::sqrt(radius2);
  const Real sine = radius * approximations::sine_within_quarter(angle);
  const Real cosine = radius * approximations::cosine_within_quarter(angle);
  switch (angle_bits >> 30) {
    case 0:
      return {cosine, sine};
    case 1:
      return {-sine, cosine};
    case 2:
      return {-cosine, -sine};
    default:
      return {sine, -cosine};
  }
}

NormalPair<float> float_normals(std::uint32_t radius_word, std::uint32_t angle_word) {
  // 31 bits above zero: small uniforms keep their full relative precision, so the tail is smooth.
  const auto radius_bits = static_cast<float>(static_cast<std::int32_t>(radius_word >> 1));
  const float uniform = std::fma(radius_bits, 0x1p-31F, 0x1p-32F);
  const auto angle_bits =
      static_cast<float>(static_cast<std::int32_t>(angle_word & 0x3fffffffU) - 0x20000000);
  const float angle = std::fma(angle_bits, kQuarterTurnF * 0x1p-30F, kQuarterTurnF * 0x1p-31F);
  return box_muller(-2.0F * approximations::log(uniform), angle, angle_word);
}

/// (k + 1/2) 2^-52 with k the top 52 bits of the word.
double uniform_from(std::uint64_t word) {
  return std::bit_cast<double>((word >> 12) | 0x3ff0000000000000ULL) + (-1.0 + 0x1p-53);
}

NormalPair<double> double_normals(std::uint64_t radius_word, std::uint64_t angle_word) {
  const double fraction =
      std::bit_cast<double>(((angle_word << 2) >> 12) | 0x3ff0000000000000ULL) - 1.5;
  const double angle = std::fma(fraction, kQuarterTurn, kQuarterTurn * 0x1p-53);
  return box_muller(-2.0 * approximations::log(uniform_from(radius_word)), angle,
                    static_cast<std::uint32_t>(angle_word >> 32));
}

std::uint64_t join(std::uint32_t low, std::uint32_t high) {
  return (static_cast<std::uint64_t>(high) << 32) | low;
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  for (const auto& round_key : philox_key_schedule(key)) {
    const std::uint64_t product0 = std::uint64_t{kPhiloxMultiplier0} * counter[0];
    const std::uint64_t product1 = std::uint64_t{kPhiloxMultiplier1} * counter[2];
    counter = {static_cast<std::uint32_t>((product1 >> 32) ^ counter[1] ^ round_key[0]),
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>((product0 >> 32) ^ counter[3] ^ round_key[1]),
               static_cast<std::uint32_t>(product0)};
  }
  return counter;
}

RandomStream::RandomStream(std::uint64_t sweep_seed, std::string_view purpose,
                           std::initializer_list<StreamCoordinate> coordinates) {
  std::uint64_t state = absorb(absorb(0, sweep_seed), purpose);
  for (const auto& coordinate : coordinates) state = absorb(state, coordinate);
  key_ = {static_cast<std::uint32_t>(state), static_cast<std::uint32_t>(state >> 32)};
}

std::array<std::uint32_t, 4> RandomStream::bits(std::uint64_t trial, std::uint32_t step,
                                                std::uint32_t block) const {
  return philox4x32(
      {static_cast<std::uint32_t>(trial), step, block, static_cast<std::uint32_t>(trial >> 32)},
      key_);
}

template <>
float RandomStream::uniform<float>(std::uint64_t trial, std::uint32_t step,
                                   std::uint32_t component) const {
  const std::uint32_t word = bits(trial, step, component / 4)[component % 4];
  return std::bit_cast<float>((word >> 9) | 0x3f800000U) + (-1.0F + 0x1p-24F);
}

template <>
double RandomStream::uniform<double>(std::uint64_t trial, std::uint32_t step,
                                     std::uint32_t component) const {
  const auto words = bits(trial, step, component / 2);
  const std::size_t first = 2 * (component % 2);
  return uniform_from(join(words[first], words[first + 1]));
}

template <>
float RandomStream::normal<float>(std::uint64_t trial, std::uint32_t step,
                                  std::uint32_t component) const {
  const auto words = bits(trial, step, component / 4);
  const std::size_t first = component % 4 / 2 * 2;
  const auto pair = float_normals(words[first], words[first + 1]);
  return component % 2 == 0 ? pair.first : pair.second;
}

template <>
double RandomStream::normal<double>(std::uint64_t trial, std::uint32_t step,
                                    std::uint32_t component) const {
  const auto words = bits(trial, step, component / 2);
  const auto pair = double_normals(join(words[0], words[1]), join(words[2], words[3]));
  return component % 2 == 0 ? pair.first : pair.second;
}

}  // namespace syncgap
