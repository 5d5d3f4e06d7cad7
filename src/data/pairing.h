#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/random.h"

namespace syncgap::data {

/// Which images are the two channels of a state: an image and its own transform, or, as the
/// control, the transform of an image of another class. multimodal sec. 5
enum class Pairing { main, control };

inline constexpr Choices kPairings{std::pair{Pairing::main, "main"},
                                   std::pair{Pairing::control, "control"}};

/// One epoch's states in the order they are trained on: state k is (x_first, T(x_second)), with the
/// channels exchanged where `swapped`.
struct EpochPairs {
  std::vector<std::uint32_t> first, second;  ///< (n), indices of images
  std::vector<std::uint8_t> swapped;         ///< (n), 0 or 1
};

/// Throws InputError where no control pairing exists: a class with more than half of all images
/// cannot be matched outside itself.
void check_control_pairing(std::span<const std::int32_t> labels);

/// Pairs of one epoch: every image once as first and once as second, classes of a control pair
/// always different, channels exchanged with probability 1/2, order shuffled; a function of
/// (stream, epoch) alone.
EpochPairs make_pairs(Pairing pairing, std::span<const std::int32_t> labels,
                      const RandomStream& stream, std::uint64_t epoch);

}  // namespace syncgap::data
