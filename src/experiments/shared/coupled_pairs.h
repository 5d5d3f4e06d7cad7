#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/grid.h"
#include "core/results.h"
#include "data/image_set.h"
#include "data/modality.h"
#include "diffusion/noise_schedule.h"
#include "experiments/shared/coupled_pair_plan.h"
#include "models/pair_states.h"
#include "models/trained_denoiser.h"

namespace syncgap::experiments {

/// Images as states, under every reading of the split axes a job asks for; shared by all units.
class CoupledPairs {
 public:
  /// Throws InputError for images that do not fit.
  CoupledPairs(CoupledPairPlan plan, const data::ImageSet& images, const Grid& grid);

  const CoupledPairPlan& plan() const { return plan_; }
  const models::PairStates& states(const Unit& unit) const;
  /// What the denoiser of a unit is trained on; refers to this and to `schedule`.
  models::DenoiserTask task(const Unit& unit, data::Pairing pairing,
                            const diffusion::NoiseSchedule& schedule,
                            std::uint64_t sweep_seed) const;

  /// Fills what describe_pair_training declares.
  void store_training(const models::TrainedDenoiser& model,
                      const diffusion::NoiseSchedule& schedule, Results& results) const;

  std::int64_t image_count() const { return std::ssize(images_.chosen); }

 private:
  using Key = std::pair<data::Modality, double>;

  CoupledPairPlan plan_;
  ChosenImages images_;
  std::map<Key, models::PairStates> states_;
};

}  // namespace syncgap::experiments
