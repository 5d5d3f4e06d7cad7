#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_array.h"
#include "networks/context.h"
#include "networks/linear_kernels.h"
#include "networks/replica_rows.h"

namespace syncgap::networks {

/// Linear layers of a transformer's block.
struct BlockWeights {
  const PackedLinear& qkv;   ///< D -> 3 D
  const PackedLinear& proj;  ///< D -> D
  const PackedLinear& fc1;   ///< D -> 4 D
  const PackedLinear& fc2;   ///< 4 D -> D
};

/// A transformer's block on one row of a batch: norms, products, attention and gates of its
/// replicas follow each other while their tokens are in the nearest cache. What a row gives depends
/// on that row alone. Single precision; one per thread. dit (13)-(19)
class BlockKernel {
 public:
  /// `epsilon` is that of the norm before the perceptron.
  BlockKernel(std::int64_t tokens, std::int64_t width, std::int64_t heads, std::int64_t replicas,
              double epsilon);

  /// tokens (P, N, D) -> out of the same shape, elsewhere. `modulation` (6 D): shift, scale and
  /// gate of the attention, then of the perceptron. A coupling, g of each head over a graph of
  /// weights (P, P), goes with the context `own`; the context `other` with two replicas.
  void forward(const BlockWeights& weights, const float* tokens, const float* modulation,
               Context context, std::span<const float> g, std::span<const float> graph, float* out);

 private:
  std::int64_t tokens_, width_, heads_, replicas_;
  double epsilon_;
  RowAttention attention_;
  AlignedArray normed_, qkv_, answers_, hidden_;  // (N, D), (P, N, 3 D), (P, N, D), (N, 4 D)
  std::vector<ReplicaRow> rows_;                  // (P)
};

}  // namespace syncgap::networks
