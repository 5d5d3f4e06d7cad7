#include "cloud/surprise.h"

#include <cmath>

#include "cloud/posterior_tile.h"
#include "core/check.h"

namespace syncgap::cloud {

std::vector<double> surprises(std::span<const double> half_distances,
                              std::span<const double> overlaps, std::span<const double> ratios) {
  SYNCGAP_EXPECTS(half_distances.size() == overlaps.size(), half_distances.size(), " distances, ",
                  overlaps.size(), " overlaps");
  std::vector<double> found;
  std::vector<double> energies(padded(overlaps.size()));
  for (const double ratio : ratios) {
    if (overlaps.empty()) {
      found.push_back(0.0);
      continue;
    }
    const TileEnergies tile{half_distances, {}, std::sqrt(ratio), 1.0};
    const double lowest = fill_energies(overlaps, tile, energies);
    const double log_others = std::log(fill_weights(energies, lowest).weight) - lowest;
    found.push_back(log_others > 0.0 ? log_others + std::log1p(std::exp(-log_others))
                                     : std::log1p(std::exp(log_others)));
  }
  return found;
}

}  // namespace syncgap::cloud
