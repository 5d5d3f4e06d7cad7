#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/approximations.h"
#include "core/host_device.h"
#include "core/philox.h"

// Standard normals from random words, one at a time: the reference of the vector code in
// random-inl.h and the body of the kernel in parallel/device_normals.cuda.cu, bit for bit.
namespace syncgap {

/// What one call of Box and Muller gives.
template <class Real>
struct NormalPair {
  Real first, second;
};

/// Turns a pair within the first quarter by the quarter in the two top bits of `angle_bits`.
template <class Real>
SYNCGAP_HOST_DEVICE inline NormalPair<Real> box_muller(Real radius2, Real angle,
                                                       std::uint32_t angle_bits) {
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

SYNCGAP_HOST_DEVICE inline NormalPair<float> float_normals(std::uint32_t radius_word,
                                                           std::uint32_t angle_word) {
  // 31 bits above zero: small uniforms keep their full relative precision, so the tail is smooth.
  const auto radius_bits = static_cast<float>(static_cast<std::int32_t>(radius_word >> 1));
  const float uniform = std::fma(radius_bits, 0x1p-31F, 0x1p-32F);
  const auto angle_bits =
      static_cast<float>(static_cast<std::int32_t>(angle_word & 0x3fffffffU) - 0x20000000);
  const float angle = std::fma(angle_bits, kQuarterTurnF * 0x1p-30F, kQuarterTurnF * 0x1p-31F);
  return box_muller(-2.0F * approximations::log(uniform), angle, angle_word);
}

/// Where a stream keeps the numbers of one row: its components 0, 1, ... are the row's.
struct NormalAddress {
  std::uint64_t trial;
  std::uint32_t step;
};

/// Components [4 block, 4 block + 4) of the float normals at one address.
SYNCGAP_HOST_DEVICE inline std::array<float, 4> normal_block(std::array<std::uint32_t, 2> key,
                                                             NormalAddress address,
                                                             std::uint32_t block) {
  const auto words = philox4x32(philox_counter(address.trial, address.step, block), key);
  const auto low = float_normals(words[0], words[1]);
  const auto high = float_normals(words[2], words[3]);
  return {low.first, low.second, high.first, high.second};
}

/// Writes one block of a row of `row_size` normals to its place in the row; the last block of a row
/// may be cut short. What one thread of a kernel does.
SYNCGAP_HOST_DEVICE inline void store_normal_block(std::array<std::uint32_t, 2> key,
                                                   NormalAddress address, std::uint32_t block,
                                                   std::int64_t row_size, float* row) {
  const auto normals = normal_block(key, address, block);
  const std::int64_t first = std::int64_t{4} * block;
  for (std::size_t i = 0; i < normals.size(); ++i) {
    const std::int64_t component = first + static_cast<std::int64_t>(i);
    if (component < row_size) row[component] = normals[i];
  }
}

/// Blocks that a row of `row_size` normals needs.
SYNCGAP_HOST_DEVICE constexpr std::int64_t normal_blocks(std::int64_t row_size) {
  return (row_size + 3) / 4;
}

}  // namespace syncgap
