#include <span>
#include <vector>

#include "core/numbers.h"
#include "experiments/synchronization_gap/work.torch.h"
#include "observables/alignment.h"
#include "observables/estimate.h"

namespace syncgap::experiments {

void SynchronizationGap::store_curves(const Seen& seen, std::int64_t horizon,
                                      const RandomStream& stream, Results& results) const {
  const observables::ResampledMeans means(seen.cosines, kFollowed * horizon, stream,
                                          options_.resamples);
  // Steps beyond this horizon have none.
  results.none({"cosine", "ghosting_index"});
  auto cosine = results.cells("cosine"), ghosting = results.cells("ghosting_index");
  for (std::int64_t m = 0; m < kFollowed; ++m)
    for (std::int64_t t = 0; t < horizon; ++t) cosine.set(means.mean(m * horizon + t), m, t);
  // All curves of one resample side by side: differences of modes keep their pairing.
  for (std::int64_t t = 0; t < horizon; ++t)
    ghosting.set(means.statistic([&](std::span<const double> c) {
      return 2 * c[t] - c[2 * horizon + t] - c[3 * horizon + t];
    }),
                 t);
  store_crossings(means, horizon, results);
}

void SynchronizationGap::store_crossings(const observables::ResampledMeans& means,
                                         std::int64_t horizon, Results& results) const {
  using Curves = std::span<const double>;
  const auto crossing = [horizon](Curves c, std::int64_t m, double tau) {
    return observables::alignment_crossing(c.subspan(m * horizon, horizon), tau);
  };
  auto time = results.cells("crossing_time"), passages = results.cells("passages");
  auto persistent = results.cells("persistent_crossing_time");
  auto gap = results.cells("gap"), persistent_gap = results.cells("persistent_gap");
  // The last prediction is its own reference, so every curve reaches every threshold up to 1.
  for (std::int64_t k = 0; k < std::ssize(axes_.thresholds); ++k) {
    const double tau = axes_.thresholds[k];
    for (std::int64_t m = 0; m < kFollowed; ++m) {
      time.set(means.statistic([&](Curves c) { return to_real(crossing(c, m, tau).outermost); }), m,
               k);
      persistent.set(
          means.statistic([&](Curves c) { return to_real(crossing(c, m, tau).persistent); }), m, k);
      passages.set(to_real(crossing(means.means(), m, tau).passages), m, k);
    }
    gap.set(means.statistic([&](Curves c) {
      return to_real(crossing(c, 1, tau).outermost - crossing(c, 0, tau).outermost);
    }),
            k);
    persistent_gap.set(means.statistic([&](Curves c) {
      return to_real(crossing(c, 1, tau).persistent - crossing(c, 0, tau).persistent);
    }),
                       k);
  }
}

void SynchronizationGap::store_interventions(const Seen& seen, std::int64_t horizon,
                                             Results& results) const {
  results.none({"rms_common", "rms_difference"});
  Cells cells[] = {results.cells("rms_common"), results.cells("rms_difference")};
  const auto places = axes_.places(horizon);
  for (std::int64_t i = 0; i < std::ssize(places); ++i)
    for (std::int64_t m = 0; m < kModes; ++m)
      cells[m].set(
          observables::estimate_mean(
              std::span<const double>(seen.rms[m]).subspan(i * options_.samples, options_.samples)),
          places[i].first, places[i].second);
}

void SynchronizationGap::store_images(const Seen& seen, std::int64_t horizon,
                                      Results& results) const {
  auto cells = results.cells("predicted_pixels");
  auto from = seen.images.begin();
  const std::int64_t size = kViews * pixels();
  for (std::int64_t k = 0; k < std::ssize(axes_.samples_kept); ++k)
    for (std::int64_t s = 0; s < std::ssize(axes_.image_steps); ++s, from += size)
      if (axes_.image_steps[s] < horizon)
        cells.assign(std::vector<double>(from, from + size), k, s);
      else
        cells.none(k, s);
}

void SynchronizationGap::store_denoising(const models::DenoisingCurve& curve,
                                         Results& results) const {
  results.none({"denoising_error", "entropy_rate"});
  auto error = results.cells("denoising_error"), rate = results.cells("entropy_rate");
  for (std::int64_t t = 0; t < std::ssize(curve.common); ++t) {
    error.set(curve.common[t], 0, t);
    error.set(curve.difference[t], 1, t);
    rate.set(curve.entropy_rate[t], t);
  }
}

}  // namespace syncgap::experiments
