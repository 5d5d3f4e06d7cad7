#pragma once

#include <cstddef>

namespace syncgap::networks {

// What the response of a block spends its time on between matrix products, single precision.

/// y = a (y - sum_j a y), the transposed derivative of a softmax with values a: y (rows, K, N) of
/// a (rows, N), in place.
void softmax_slopes(const float* a, std::size_t rows, std::size_t directions, std::size_t tokens,
                    float* y);

/// Changes of a linear layer behind a norm, as BlockDirections and a state make them:
/// change[n][k] = rate[n] (shared[n][k] - along[n][k] own[n]), each of `stride` numbers.
struct NormedChanges {
  const float* shared;  ///< (N, K, stride)
  const float* own;     ///< (N, stride)
  const float* along;   ///< (N, K)
  const float* rate;    ///< (N)
  std::size_t tokens, directions, stride;
};

/// Numbers adjoint[n by_token + k by_direction + i], i < channels.
struct Adjoint {
  const float* numbers;
  std::size_t by_token, by_direction, channels;
};

/// out[k] += sum over n of change[n][k] . adjoint[n][k], of the channels from `first` on. Sums of
/// one token are of single precision, those over tokens of double.
void add_products(const NormedChanges& changes, std::size_t first, const Adjoint& adjoint,
                  double* out);

}  // namespace syncgap::networks
