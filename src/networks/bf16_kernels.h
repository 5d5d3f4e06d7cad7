#pragma once

#include <cstddef>
#include <cstdint>

namespace syncgap::networks {

// Numbers of bfloat16: the upper half of a float, rounded to nearest, ties to even.

std::uint16_t bf16_bits(float x);
float bf16_value(std::uint16_t bits);

/// Whether this processor sums products of pairs of them (AVX512-BF16).
bool has_bf16_products();

// Where it does:

/// Rows of `in` floats, `stride` apart -> rows of bfloat16, `to_stride` apart. A last number
/// without a partner gets a zero.
void to_bf16_rows(const float* x, std::size_t stride, std::size_t rows, std::size_t in,
                  std::uint16_t* to, std::size_t to_stride);
/// sums (rows, 32) of 1 to 12 rows of x, `stride` apart, with a panel of 32 columns in which pairs
/// of inputs lie together: (pairs, 32, 2).
void bf16_tile(std::size_t rows, const std::uint16_t* x, std::size_t stride,
               const std::uint16_t* panel, std::size_t pairs, float* sums);

}  // namespace syncgap::networks
