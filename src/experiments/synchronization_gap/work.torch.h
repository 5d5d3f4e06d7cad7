#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "diffusion/noise_schedule.h"
#include "experiments/experiment.h"
#include "experiments/shared/coupled_pairs.h"
#include "experiments/synchronization_gap/plan.h"
#include "experiments/synchronization_gap/trajectories.h"
#include "models/denoising_curve.h"
#include "models/trained_denoiser.h"
#include "observables/resampled_means.h"

// Shapes: B trajectories, I interventions, K kept trajectories, S kept steps.
namespace syncgap::experiments {

/// A, B and u: the values of axis `view`.
inline constexpr std::int64_t kViews = 3;

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
