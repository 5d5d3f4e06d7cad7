#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/check.h"
#include "diffusion/noise_schedule.h"
#include "experiments/experiment.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/coupled_pairs.h"
#include "experiments/synchronization_gap/options.h"
#include "experiments/synchronization_gap/trajectories.h"
#include "models/denoising_curve.h"
#include "models/trained_denoiser.h"
#include "observables/resampled_means.h"

// Shapes: B trajectories, I interventions, K kept trajectories, S kept steps.
namespace syncgap::experiments {

/// A, B and u: the values of axis `view`.
inline constexpr std::int64_t kViews = 3;

/// The captured axes, checked against options and horizon.
struct FollowAxes {
  std::vector<double> thresholds, scales;
  std::vector<std::int64_t> intervention_steps, image_steps, samples_kept;

  FollowAxes(const SynchronizationGapOptions& options, std::int64_t longest, const Grid& grid)
      : thresholds(axis_values<double>(grid, "tau")),
        scales(axis_values<double>(grid, "scale")),
        intervention_steps(axis_values<std::int64_t>(grid, "intervention_step")),
        image_steps(axis_values<std::int64_t>(grid, "image_step")),
        samples_kept(axis_values<std::int64_t>(grid, "sample")) {
    require_input(axis_values<std::int64_t>(grid, "step") == first_integers(longest),
                  "axis step does not count the steps of the longest diffusion (axes.step, ",
                  grid.axis("step").size(), " values): give step = { range = [0, ", longest, "] }");
    for (const std::int64_t sample : samples_kept)
      require_input(sample >= 0 && sample < options.samples,
                    "there is no such trajectory to keep (axes.sample, saw ", sample,
                    "): give numbers below ", options.samples, ", or more experiment.samples");
  }

  /// Those a schedule of so many steps has, with their places on the axes.
  std::vector<std::pair<std::int64_t, std::int64_t>> places(std::int64_t horizon) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> found;
    for (std::int64_t i = 0; i < std::ssize(intervention_steps); ++i)
      for (std::int64_t s = 0; s < std::ssize(scales); ++s)
        if (intervention_steps[i] >= 0 && intervention_steps[i] < horizon) found.emplace_back(i, s);
    return found;
  }
};

/// What all trajectories of a unit showed; each rank of a team knows all of it.
struct Seen {
  std::vector<double> cosines;      ///< (B, 4, T)
  std::vector<double> rms[kModes];  ///< common, difference: (I, B)
  std::vector<float> images;        ///< predictions, black 0, white 1, (K, S, 3, H, W)
};

/// Trajectories of coupled images and their interventions. In two files: what is run, and what is
/// made of it.
class SynchronizationGap : public Prepared {
 public:
  SynchronizationGap(const SynchronizationGapOptions& options, const Grid& grid,
                     std::optional<int> device)
      : SynchronizationGap(options, grid, device, read_images(options.pairs.source)) {}

  Facts facts() const override { return facts_; }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  SynchronizationGap(const SynchronizationGapOptions& options, const Grid& grid,
                     std::optional<int> device, const data::ImageSet& images);

  Seen follow(const Unit& unit, const diffusion::NoiseSchedule& schedule,
              const models::TrainedDenoiser& model, const RunContext& context) const;
  void keep_images(const FollowedBatch& batch, std::int64_t first, std::int64_t count, double low,
                   Seen& seen) const;
  void store_curves(const Seen& seen, std::int64_t horizon, const RandomStream& stream,
                    Results& results) const;
  void store_crossings(const observables::ResampledMeans& means, std::int64_t horizon,
                       Results& results) const;
  void store_interventions(const Seen& seen, std::int64_t horizon, Results& results) const;
  void store_images(const Seen& seen, std::int64_t horizon, Results& results) const;
  void store_denoising(const models::DenoisingCurve& curve, Results& results) const;
  std::int64_t pixels() const { return options_.pairs.side * options_.pairs.side; }

  SynchronizationGapOptions options_;
  CoupledPairs pairs_;
  FollowAxes axes_;
  Facts facts_;
};

}  // namespace syncgap::experiments
