#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/host_device.h"

namespace syncgap {

// Constants of Philox4x32-10 and of the way its words become numbers, shared by the scalar and the
// vector code.
inline constexpr std::size_t kPhiloxRounds = 10;
inline constexpr std::uint32_t kPhiloxMultiplier0 = 0xD2511F53U;
inline constexpr std::uint32_t kPhiloxMultiplier1 = 0xCD9E8D57U;
inline constexpr std::uint32_t kPhiloxWeyl0 = 0x9E3779B9U;  ///< golden ratio
inline constexpr std::uint32_t kPhiloxWeyl1 = 0xBB67AE85U;  ///< sqrt(3) - 1

inline constexpr double kQuarterTurn = 1.5707963267948966;  ///< pi / 2
inline constexpr float kQuarterTurnF = 1.5707964F;

/// The round keys of one stream; 64 bits wide because the vector code works in 64-bit lanes.
using PhiloxKeySchedule = std::array<std::array<std::uint64_t, 2>, kPhiloxRounds>;

constexpr PhiloxKeySchedule philox_key_schedule(std::array<std::uint32_t, 2> key) {
  PhiloxKeySchedule keys{};
  for (std::size_t round = 0; round < kPhiloxRounds; ++round) {
    keys[round] = {key[0], key[1]};
    key[0] += kPhiloxWeyl0;
    key[1] += kPhiloxWeyl1;
  }
  return keys;
}

/// The counter of one block of a stream.
SYNCGAP_HOST_DEVICE constexpr std::array<std::uint32_t, 4> philox_counter(std::uint64_t trial,
                                                                          std::uint32_t step,
                                                                          std::uint32_t block) {
  return {static_cast<std::uint32_t>(trial), step, block, static_cast<std::uint32_t>(trial >> 32)};
}

/// One block of Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC11 2011): 128 random bits as a pure
/// function of a 128-bit counter and a 64-bit key.
SYNCGAP_HOST_DEVICE constexpr std::array<std::uint32_t, 4> philox4x32(
    std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  // The keys are added up on the way: a schedule would be an array in a kernel's slow memory.
  for (std::size_t round = 0; round < kPhiloxRounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{kPhiloxMultiplier0} * counter[0];
    const std::uint64_t product1 = std::uint64_t{kPhiloxMultiplier1} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += kPhiloxWeyl0;
    key[1] += kPhiloxWeyl1;
  }
  return counter;
}

}  // namespace syncgap
