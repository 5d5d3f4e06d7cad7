#pragma once

#include <cstdint>
#include <functional>
#include <torch/types.h>

#include "networks/blocks_by_rows.h"

namespace syncgap::networks {

// What a block does to the difference of two replicas, to first order about a symmetric state
// H^A = H^B = H: H^{A,B} = H +- h / sqrt 2 gives (H'^A - H'^B) / sqrt 2 = K_g h, with
//   K_g = (1 + J) (1 + Q + rho(g) (R + K)),   rho(g) = (1 - g) / (1 + g).
//   R  routing: attention as it is, of values that change
//   Q  pattern, by queries: attention that changes because each replica asks something else
//   K  pattern, by keys: attention that changes because it is asked of something else
//   J  the perceptron behind them
// A_AA changes with Q + K, A_AB with Q - K, so that xi(g) P(g) of dit (27)-(29) is Q + rho(g) K:
// what a replica hears of the other, values and keys alike, is weakened by rho, what it asks by
// nothing. dit (23)-(33), with the factor sqrt 2 of notes E2.2.

// Shapes: B states, N tokens of D channels, h heads, K directions, T changes. Directions and
// changes are (N, K, D), the tokens first.

/// A norm's answer to tokens (B, N, D), before its scale and shift.
struct NormedTokens {
  torch::Tensor value;  ///< (B, N, D)
  torch::Tensor rate;   ///< 1 / deviation of each token, (B, N, 1)

  NormedTokens(const torch::Tensor& tokens, double epsilon);
  /// The norm's tangent along changes (B, N, T, D); it is its own transpose.
  torch::Tensor tangent(const torch::Tensor& changes) const;
};

/// Directions r in which a block is asked, with what every state of one condition shares.
struct BlockDirections {
  torch::Tensor r;               ///< (N, K, D)
  torch::Tensor qkv, attention;  ///< (N, K, 3 D) forwards, (N, K, D) backwards
  torch::Tensor hidden, output;  ///< perceptron, forwards and backwards, (N, K, 4 D)

  /// So many of them.
  BlockDirections part(std::int64_t from, std::int64_t count) const;
};

/// r^T X r of each state and direction, (B, K), double.
struct BlockGains {
  torch::Tensor routing, query, key;  ///< chi_k and the two parts of pi_k, dit (47)
  torch::Tensor perceptron;           ///< lambda^MLP_k
};

/// r^T J X r, which dit (33) leaves out: what the perceptron makes of the attention's changes.
struct CrossGains {
  torch::Tensor query, partner;  ///< of Q, and of R + K; (B, K), double
};

/// Both terms of dit (106) and what bounds them, (B, h, K), by head.
struct HeadResponse {
  torch::Tensor width;      ///< N_eff of each row, dit (92); (B, h, N)
  torch::Tensor expansion;  ///< lambda_perp = |A P_perp|, dit (103); (B, h)
  torch::Tensor pattern;    ///< |dA V|, with dA of the replica's own queries and keys
  torch::Tensor routing;    ///< |A dV|
  torch::Tensor bound;      ///< right side of dit (105); NaN where it promises nothing
};

/// One block at symmetric states of one condition, in the states' precision.
class BlockResponse {
 public:
  /// tokens (B, N, D) as they enter, condition (1, D) after its SiLU.
  BlockResponse(const BlockLayers& layers, std::int64_t heads, double epsilon,
                const torch::Tensor& tokens, const torch::Tensor& condition);

  /// K_g h: changes (B, N, T, D), rho (T) -> (B, N, T, D)
  torch::Tensor propagate(const torch::Tensor& changes, const torch::Tensor& rho) const;
  /// J h, the perceptron's part.
  torch::Tensor perceptron(const torch::Tensor& changes) const;

  /// r (N, K, D)
  BlockDirections directions(const torch::Tensor& r) const;
  BlockGains gains(const BlockDirections& in) const;
  CrossGains cross_gains(const BlockDirections& in) const;
  HeadResponse heads(const BlockDirections& in) const;

 private:
  torch::Tensor by_heads(const torch::Tensor& x) const;         // (..., D) -> (h, ..., c)
  torch::Tensor tokens_by_heads(const torch::Tensor& x) const;  // (B, N, D) -> (B, h, N, c)
  /// n r / D of the norm before the attention, (B, N, K).
  torch::Tensor along(const BlockDirections& in) const;
  /// Changes of a state's queries, keys and values, (N, K, 3 D).
  torch::Tensor qkv_changes(const BlockDirections& in, const torch::Tensor& along,
                            std::int64_t state) const;
  /// Adjoints (N, K, D) of what the heads say at a state; the same tensor where states share them.
  using Backs = std::function<torch::Tensor(std::int64_t state)>;
  /// The attention's parts, with those adjoints in the place of r.
  BlockGains attention_gains(const BlockDirections& in, const Backs& back) const;
  void add_gains(std::int64_t state, const torch::Tensor& back, const torch::Tensor& changes,
                 BlockGains& gains) const;
  struct HeadOperands;  // what the kernel of heads reads
  HeadOperands head_operands(const BlockDirections& in) const;
  void add_gains_by_kernels(const BlockDirections& in, const Backs& back, BlockGains& gains) const;

  const BlockLayers& layers_;
  std::int64_t heads_;
  torch::Tensor scale1_, gate1_, scale2_, gate2_;  // (1, D) each: 1 + scale, and the gates
  NormedTokens before_;                            // the attention
  torch::Tensor q_, k_, v_;                        // (B, h, N, c); q with the scores' scale
  torch::Tensor scores_, attention_;               // (B, h, N, N)
  torch::Tensor middle_;                           // (B, N, D), behind the attention
  NormedTokens between_;                           // it and the perceptron
  torch::Tensor qkv_shift_;                        // what all tokens share of theirs, (1, 3 D)
  // Answers of the linear layers behind the norms, without what all tokens share.
  torch::Tensor own_qkv_, own_hidden_;  // (B, N, 3 D), (B, N, 4 D)
  torch::Tensor slope_;                 // of the GELU, (B, N, 4 D)
};

}  // namespace syncgap::networks
