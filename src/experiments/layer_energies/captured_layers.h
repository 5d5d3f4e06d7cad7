#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

// Shapes: M pairs, L + 1 layers, S steps, F bands of spatial frequency.
namespace syncgap::experiments {

/// What is kept of hidden states' differences V = (H_A - H_B) / sqrt 2 on their way through layers
/// and steps, dit (74): products with those of the start, and energies. Index 0 of an array of two
/// is of states as they are, 1 of states whose channels were divided by their sizes.
struct CapturedLayers {
  std::int64_t layers = 0, steps = 0, pairs = 0, bands = 0;

  std::array<std::vector<double>, 2> cross;   ///< V_s V_0^T: (L + 1, S, M, M)
  std::array<std::vector<double>, 2> energy;  ///< |V_s|^2 by pair: (L + 1, S, M)
  std::vector<double> band_energy;            ///< of the band by pair: (L + 1, S, F, M)
  std::vector<double> band_gram;              ///< V_0 V_0^T within a band: (L + 1, F, M, M)
  std::vector<double> state_energy;           ///< (|H_A|^2 + |H_B|^2) / 2 by pair: (L + 1, S, M)
  /// Energies of differences and states of some pairs that start alike: (L + 1, S, 2)
  std::vector<double> floor;

  CapturedLayers() = default;
  CapturedLayers(std::int64_t of_layers, std::int64_t of_steps, std::int64_t of_pairs,
                 std::int64_t of_bands);

  std::span<const double> cross_of(std::int64_t channels, std::int64_t layer,
                                   std::int64_t step) const;
  /// Those of the start, the Gram matrix.
  std::span<const double> gram(std::int64_t channels, std::int64_t layer) const {
    return cross_of(channels, layer, 0);
  }
  std::span<const double> energy_of(std::int64_t channels, std::int64_t layer,
                                    std::int64_t step) const;
  std::span<const double> band_energy_of(std::int64_t layer, std::int64_t step,
                                         std::int64_t band) const;
  std::span<const double> band_gram_of(std::int64_t layer, std::int64_t band) const;
  std::span<const double> state_energy_of(std::int64_t layer, std::int64_t step) const;
};

}  // namespace syncgap::experiments
