#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

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

}  // namespace syncgap
