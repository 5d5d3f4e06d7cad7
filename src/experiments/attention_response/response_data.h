#pragma once

#include <cstdint>
#include <vector>

// Shapes: T states, the first W of which are followed whole; M real pairs; G coupling strengths;
// S steps, H of which look at heads; L blocks of h heads; K modes, then F bands.
namespace syncgap::experiments {

/// The linear response at states of one kind. Arrays hold what is computed once for all g.
struct ResponseData {
  std::int64_t states = 0, whole = 0, steps = 0, blocks = 0, modes = 0, bands = 0;

  std::vector<double> routing, query, key, perceptron;  ///< (T, S, L, K + F)

  // At symmetric states alone.
  std::vector<double> cross_query, cross_partner;  ///< (W, S, L, K)
  /// Squares along a mode of propagated differences, as they enter a block: (G, W, S, L, K)
  std::vector<double> propagated;
  std::vector<double> least_width, median_width, expansion;  ///< (T, H, L, h)
  std::vector<double> pattern_share, bound;                  ///< (T, H, L, h, F)
};

/// Differences of real pairs along the modes, as they enter a block, and what it adds to them.
struct PairData {
  std::vector<double> components, added;  ///< (G, S, L, K, M)
  /// Squares of what a block adds to the whole difference, and of what of it is not linear in the
  /// difference at the mean of the pair, of the first T pairs: (G, S, L, T)
  std::vector<double> changed, beyond_linear;
};

}  // namespace syncgap::experiments
