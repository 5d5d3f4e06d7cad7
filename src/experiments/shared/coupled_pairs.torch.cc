#include "experiments/shared/coupled_pairs.h"

#include <utility>

#include "core/check.h"
#include "core/checksum.h"
#include "data/image_points.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/training_cells.h"

namespace syncgap::experiments {

CoupledPairs::CoupledPairs(CoupledPairPlan plan, const data::ImageSet& images, const Grid& grid)
    : plan_(std::move(plan)) {
  const CoupledPairOptions& options = plan_.options();
  images_ = choose_square_images(images, options.labels(), options.images, options.side,
                                 plan_.image_channels());
  for (const data::Modality modality : axis_choices(grid, "modality", data::kModalities))
    for (const double low : axis_values<double>(grid, "pixel_low"))
      states_.emplace(Key{modality, low},
                      models::PairStates(images, images_.chosen, modality, low));
}

const models::PairStates& CoupledPairs::states(const Unit& unit) const {
  return states_.at({unit.choice("modality", data::kModalities), unit.real("pixel_low")});
}

models::DenoiserTask CoupledPairs::task(const Unit& unit, data::Pairing pairing,
                                        const diffusion::NoiseSchedule& schedule,
                                        std::uint64_t sweep_seed) const {
  const CoupledPairOptions& options = plan_.options();
  models::DenoiserTask task;
  task.states = &states(unit);
  task.pairing = pairing;
  task.coupling_strength = unit.real("g");
  task.schedule = &schedule;
  task.sweep_seed = sweep_seed;
  task.seed = unit.integer("seed");
  task.facts = {{"data", checksum_text(images_.checksum)},
                {"images", concat(image_count())},
                {"modality", unit.label("modality")},
                {"pixel_low", concat(unit.real("pixel_low"))},
                {"schedule", unit.label("schedule")},
                {"steps", concat(schedule.steps())},
                {"beta", concat(options.beta_first, " to ", options.beta_last)},
                {"threads", concat(options.threads)}};
  return task;
}

void CoupledPairs::store_training(const models::TrainedDenoiser& model,
                                  const diffusion::NoiseSchedule& schedule,
                                  Results& results) const {
  experiments::store_training(model.curves.loss, model.parameters, image_count(), results);
  results.cells("prior_signal").set(schedule.alpha_bar(schedule.steps() - 1));
}

}  // namespace syncgap::experiments
