#include "experiments/layer_energies/captured_layers.h"

namespace syncgap::experiments {

CapturedLayers::CapturedLayers(std::int64_t of_layers, std::int64_t of_steps, std::int64_t of_pairs,
                               std::int64_t of_bands)
    : layers(of_layers),
      steps(of_steps),
      pairs(of_pairs),
      bands(of_bands),
      band_energy(layers * steps * bands * pairs),
      band_gram(layers * bands * pairs * pairs),
      state_energy(layers * steps * pairs),
      floor(layers * steps * 2) {
  cross.fill(std::vector<double>(layers * steps * pairs * pairs));
  energy.fill(std::vector<double>(layers * steps * pairs));
}

namespace {

std::span<const double> block(const std::vector<double>& all, std::int64_t number,
                              std::int64_t size) {
  return std::span(all).subspan(number * size, size);
}

}  // namespace

std::span<const double> CapturedLayers::cross_of(std::int64_t channels, std::int64_t layer,
                                                 std::int64_t step) const {
  return block(cross[channels], layer * steps + step, pairs * pairs);
}

std::span<const double> CapturedLayers::energy_of(std::int64_t channels, std::int64_t layer,
                                                  std::int64_t step) const {
  return block(energy[channels], layer * steps + step, pairs);
}

std::span<const double> CapturedLayers::band_energy_of(std::int64_t layer, std::int64_t step,
                                                       std::int64_t band) const {
  return block(band_energy, (layer * steps + step) * bands + band, pairs);
}

std::span<const double> CapturedLayers::band_gram_of(std::int64_t layer, std::int64_t band) const {
  return block(band_gram, layer * bands + band, pairs * pairs);
}

std::span<const double> CapturedLayers::state_energy_of(std::int64_t layer,
                                                        std::int64_t step) const {
  return block(state_energy, layer * steps + step, pairs);
}

}  // namespace syncgap::experiments
