#pragma once

#include <cstddef>

namespace syncgap::networks {

// The gains of a block's attention, head by head, in single precision. Shapes: N tokens of c
// channels, K directions. A row over tokens is M numbers long, zeros behind the first N.

/// M is a multiple of this, so that vectors of every width end where rows do.
inline constexpr std::size_t kTokenPadding = 16;
constexpr std::size_t padded_tokens(std::size_t tokens) {
  return (tokens + kTokenPadding - 1) / kTokenPadding * kTokenPadding;
}

struct ResponseSizes {
  std::size_t tokens, padded;  ///< N, M
  std::size_t channels, directions;
};

// A norm's tangent changes queries, keys and values of a token by
//   rate (shared[k] - along[k] own),
// of which `shared` is the same at every state and `own` the same in every direction: all but a
// shift that all tokens share of what the token's query, key or value is itself.

/// What directions make of a head at every state.
struct HeadDirections {
  const float* back;  ///< adjoint w of what the head says: (N, K, back_stride), c of it
  std::size_t back_stride;
  const float* queries;  ///< shared changes: (N, K, query_stride), c of it
  std::size_t query_stride;
  const float* keys;         ///< shared changes, tokens last: (K, c, M)
  const float* routed;       ///< w_k[n] . shared change of value m: (K, N, M)
  const float* value_shift;  ///< w_k[n] . shift of values: (N, K)
};

/// A head at one state.
struct HeadState {
  float scale;                 ///< of scores
  const float* scores;         ///< scale query n . key m: (N, M)
  const float* attention;      ///< softmax of scores: (N, M)
  const float* queries;        ///< times scale: (N, c)
  const float *keys, *values;  ///< tokens last: (c, M)
  const float* query_shift;    ///< scale shift of queries . key m: (M)
  const float* key_shift;      ///< scale query n . shift of keys: (N)
  const float* rate;           ///< (M)
  const float* along;          ///< (K, M)
};

/// Sums over all pairs of tokens, of K directions each: w dA V of changed queries, of changed keys,
/// and w A dV. Single precision within four rows of tokens, double between them.
struct HeadGains {
  double *query, *key, *routing;  ///< (K), overwritten
};

void head_gains(const ResponseSizes& sizes, const HeadDirections& in, const HeadState& at,
                const HeadGains& out);

}  // namespace syncgap::networks
