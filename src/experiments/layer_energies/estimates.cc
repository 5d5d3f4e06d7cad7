#include "experiments/layer_energies/estimates.h"

#include <numeric>
#include <span>
#include <vector>

#include "core/numbers.h"
#include "experiments/layer_energies/declaration.h"
#include "observables/estimate.h"
#include "observables/mode_energy.h"

// Shapes: M pairs, K modes.
namespace syncgap::experiments {
namespace {

using observables::DifferenceModes;

double sum_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// Of one layer, all its steps.
class LayerEstimates {
 public:
  LayerEstimates(const LayerEnergiesOptions& options, const CapturedLayers& seen,
                 std::int64_t channels, std::int64_t layer, const RandomStream& halves)
      : options_(options),
        seen_(seen),
        channels_(channels),
        layer_(layer),
        dimension_(observables::effective_dimension(seen.gram(channels, layer))),
        modes_{DifferenceModes::in_sample(seen.gram(channels, layer), options.band_share),
               DifferenceModes::cross_fitted(seen.gram(channels, layer), halves, options.splits,
                                             options.band_share)} {}

  void store_modes(Results& results) const {
    auto variance = results.cells("initial_variance");
    for (std::int64_t from = 0; from < 2; ++from) {
      const auto found = modes_[from].initial_variances();
      for (std::size_t k = 0; k < found.size(); ++k)
        variance.set(found[k], from, channels_, layer_, k);
    }
    results.cells("effective_dimension").set(dimension_, channels_, layer_);
    if (channels_ == kPlain) store_mode_bands(results);
  }

  void store_step(std::int64_t step, Results& results) const {
    const auto cross = seen_.cross_of(channels_, layer_, step);
    auto energy = results.cells("energy");
    for (std::int64_t from = 0; from < 2; ++from) {
      const auto found = modes_[from].energies(cross);
      for (std::size_t k = 0; k < found.energies.size(); ++k)
        energy.set(found.energies[k], from, channels_, layer_, step, k);
      results.cells("leading").set_or_none(found.leading, from, channels_, layer_, step);
      results.cells("trailing").set_or_none(found.trailing, from, channels_, layer_, step);
      results.cells("gap").set_or_none(found.gap, from, channels_, layer_, step);
    }
  }

  void store_chance(const std::vector<std::int64_t>& steps, const RandomStream& chance,
                    Results& results) const {
    observables::ChanceOptions options;
    options.draws = options_.chance_draws;
    options.splits = options_.splits;
    options.band_share = options_.band_share;
    const observables::IsotropicDraws draws(seen_.pairs, dimension_, chance, options);
    auto gap = results.cells("chance_gap");
    for (std::int64_t at = 0; at < std::ssize(steps); ++at) {
      const auto like = observables::isotropic_like(
          seen_.gram(channels_, layer_), seen_.cross_of(channels_, layer_, steps[at]),
          sum_of(seen_.energy_of(channels_, layer_, steps[at])));
      const auto found = draws.gaps(like.kept, like.fresh);
      gap.set_or_none(found.in_sample, kInSample, channels_, layer_, at);
      gap.set_or_none(found.cross_fitted, kCrossFitted, channels_, layer_, at);
    }
  }

 private:
  void store_mode_bands(Results& results) const {
    auto cells = results.cells("mode_band_share");
    for (std::int64_t band = 0; band < seen_.bands; ++band) {
      const auto shares = modes_[kInSample].shares(seen_.band_gram_of(layer_, band));
      for (std::size_t k = 0; k < shares.size(); ++k) cells.set(shares[k], layer_, k, band);
    }
  }

  const LayerEnergiesOptions& options_;
  const CapturedLayers& seen_;
  std::int64_t channels_, layer_;
  double dimension_;
  DifferenceModes modes_[2];
};

void store_bands(const CapturedLayers& seen, std::int64_t layer, Results& results) {
  auto energy = results.cells("band_energy"), share = results.cells("band_share");
  auto of_states = results.cells("difference_share"), floor = results.cells("noise_floor");
  const double start = sum_of(seen.energy_of(kPlain, layer, 0));
  for (std::int64_t band = 0; band < seen.bands; ++band) {
    const auto earlier = seen.band_energy_of(layer, 0, band);
    share.set(sum_of(earlier) / start, layer, band);
    for (std::int64_t step = 0; step < seen.steps; ++step)
      energy.set(observables::estimate_ratio(seen.band_energy_of(layer, step, band), earlier),
                 layer, step, band);
  }
  for (std::int64_t step = 0; step < seen.steps; ++step) {
    of_states.set(
        sum_of(seen.energy_of(kPlain, layer, step)) / sum_of(seen.state_energy_of(layer, step)),
        layer, step);
    const double* alike = seen.floor.data() + (layer * seen.steps + step) * 2;
    floor.set(alike[0] / alike[1], layer, step);
  }
}

}  // namespace

void store_layer_energies(const LayerEnergiesOptions& options, const CapturedLayers& seen,
                          const std::vector<std::int64_t>& chance_steps, const RandomStream& halves,
                          const RandomStream& chance, Results& results) {
  // There are fewer modes than pairs.
  results.none({"energy", "initial_variance", "mode_band_share"});
  for (std::int64_t layer = 0; layer < seen.layers; ++layer) {
    for (const std::int64_t channels : {kPlain, kNormalised}) {
      const LayerEstimates estimates(options, seen, channels, layer, halves);
      estimates.store_modes(results);
      for (std::int64_t step = 0; step < seen.steps; ++step) estimates.store_step(step, results);
      estimates.store_chance(chance_steps, chance, results);
    }
    store_bands(seen, layer, results);
  }
}

}  // namespace syncgap::experiments
