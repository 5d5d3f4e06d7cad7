#include "core/random.h"

#include <bit>
#include <cmath>

#include "core/approximations.h"
#include "core/normal_scalar.h"
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

RandomStream::RandomStream(std::uint64_t sweep_seed, std::string_view purpose,
                           std::initializer_list<StreamCoordinate> coordinates) {
  std::uint64_t state = absorb(absorb(0, sweep_seed), purpose);
  for (const auto& coordinate : coordinates) state = absorb(state, coordinate);
  key_ = {static_cast<std::uint32_t>(state), static_cast<std::uint32_t>(state >> 32)};
}

std::array<std::uint32_t, 4> RandomStream::bits(std::uint64_t trial, std::uint32_t step,
                                                std::uint32_t block) const {
  return philox4x32(philox_counter(trial, step, block), key_);
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
  return normal_block(key_, {trial, step}, component / 4)[component % 4];
}

template <>
double RandomStream::normal<double>(std::uint64_t trial, std::uint32_t step,
                                    std::uint32_t component) const {
  const auto words = bits(trial, step, component / 2);
  const auto pair = double_normals(join(words[0], words[1]), join(words[2], words[3]));
  return component % 2 == 0 ? pair.first : pair.second;
}

}  // namespace syncgap
