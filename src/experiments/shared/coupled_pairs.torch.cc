#include "experiments/shared/coupled_pairs.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/checksum.h"
#include "core/numbers.h"
#include "diffusion/coupled_modes.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {
namespace {

diffusion::NoiseSchedule make_schedule(const CoupledPairOptions& options, BetaSchedule kind,
                                       std::int64_t horizon) {
  using diffusion::NoiseSchedule;
  switch (kind) {
    case BetaSchedule::linear:
      return NoiseSchedule::linear(horizon, options.beta_first, options.beta_last);
    case BetaSchedule::scaled:
      return NoiseSchedule::scaled_linear(horizon, options.beta_first, options.beta_last);
    case BetaSchedule::cosine:
      break;
  }
  return NoiseSchedule::cosine(horizon);
}

}  // namespace

void CoupledPairOptions::describe(OptionTable& table) {
  source.describe(table);
  table.add("classes", classes, "", "labels of the images that are used").at_least(0);
  table.add("images", images, "n", "images to train on, the same number of each class; 0: all")
      .at_least(0);
  table.add("side", side, "", "height and width of the images").at_least(4).unit("pixel");
  table
      .add("beta_first", beta_first, "beta_0", "noise variance of the first step, linear schedules")
      .above(0)
      .below(1);
  table
      .add("beta_last", beta_last, "beta_{T-1}",
           "noise variance of the last step, linear schedules")
      .above(0)
      .below(1);
  table.add("threads", threads, "", "processors a rank computes on; part of what decides the bits")
      .at_least(1)
      .at_most(1024);
  denoiser.describe(table);
}

std::vector<Axis> coupled_pair_axes(std::vector<double> couplings,
                                    std::vector<std::int64_t> seeds) {
  constexpr auto split = AxisRole::split;
  return {
      {"g", split, std::move(couplings), "coupling strength of the noise, (92)"},
      {"seed", split, std::move(seeds), "start weights, pairs and noise of a model"},
      {"modality", split, std::vector<std::string>{"edge"},
       "transform T that makes the second channel", "1", data::kModalities.words()},
      {"schedule", split, std::vector<std::string>{"linear"},
       "noise schedule: beta linear as given, linear with its ends times 1000 / T, or cosine", "1",
       kBetaSchedules.words()},
      {"pixel_low", split, std::vector<double>{-1.0}, "what black becomes; white is 1"},
      {"horizon", split, std::vector<std::int64_t>{200}, "steps T of the diffusion"},
  };
}

void describe_training(ObservableList& list) {
  list.add("training_loss", {"epoch"}, "mean denoising loss of an epoch", "1", "multimodal (96)");
  list.add("parameters", {}, "numbers of the denoiser that were trained", "1", "syncgap");
  list.add("image_count", {}, "images trained on", "1", "syncgap");
  list.add("prior_signal", {}, "abar at the last step: signal that the start of generation lacks",
           "1", "syncgap");
}

CoupledPairPlan::CoupledPairPlan(const CoupledPairOptions& options, const Grid& grid)
    : options_(options) {
  const auto outline = peek_images(options.source);
  image_channels_ = std::max<std::int64_t>(1, outline.shape.channels);
  expected_images_ = options.images > 0
                         ? options.images
                         : outline.count * std::ssize(options.classes) / options.source.class_count;
  const auto& denoiser = options.denoiser;
  denoiser.shape(2 * image_channels_).check(options.side);
  require_input(grid.axis("epoch").size() == denoiser.training.epochs,
                "axis epoch does not count the epochs (axes.epoch, ", grid.axis("epoch").size(),
                " values): leave it out and set experiment.epochs, now ", denoiser.training.epochs);
  const auto& horizons = axis_values<std::int64_t>(grid, "horizon");
  longest_horizon_ = *std::max_element(horizons.begin(), horizons.end());
  for (const std::int64_t horizon : horizons) {
    require_input(horizon >= 2, "a diffusion needs at least two steps (axes.horizon, saw ", horizon,
                  ")");
    for (const BetaSchedule kind : axis_choices(grid, "schedule", kBetaSchedules))
      make_schedule(options, kind, horizon);
  }
  for (const double g : axis_values<double>(grid, "g")) diffusion::check_coupling_strength(g);
  for (const double low : axis_values<double>(grid, "pixel_low"))
    require_input(low < 1, "black must be darker than white (axes.pixel_low, saw ", low,
                  "): give -1 or 0");
  readings_ = grid.axis("modality").size() * grid.axis("pixel_low").size();
}

diffusion::NoiseSchedule CoupledPairPlan::schedule(const Unit& unit) const {
  return make_schedule(options_, unit.choice("schedule", kBetaSchedules), unit.integer("horizon"));
}

double CoupledPairPlan::cost(double evaluations) const {
  const double trained = options_.denoiser.weights.empty()
                             ? 3 * to_real(options_.denoiser.training.epochs * expected_images_)
                             : 0.0;
  return options_.denoiser.operations_per_pass(options_.side) * (trained + evaluations) / 2e10;
}

double CoupledPairPlan::state_bytes() const {
  return 4.0 * to_real(2 * image_channels_ * options_.side * options_.side);
}

double CoupledPairPlan::memory() const {
  return to_real(expected_images_ * readings_) * state_bytes();
}

CoupledPairs::CoupledPairs(CoupledPairPlan plan, const data::ImageSet& images, const Grid& grid)
    : plan_(std::move(plan)) {
  const CoupledPairOptions& options = plan_.options();
  chosen_ = data::choose_images(images, options.labels(), options.images, data::Subset::first,
                                RandomStream(0, "all"));
  checksum_ = data::checksum(images, chosen_);
  const std::size_t side = options.side;
  require_input(images.shape().height == side && images.shape().width == side,
                "images have another size (", to_text(images.shape()),
                "): set experiment.side, now ", options.side);
  require_input(std::int64_t(images.shape().channels) == plan_.image_channels(),
                "images of an HDF5 file have more than one channel (", to_text(images.shape()),
                "): give grey ones");
  for (const data::Modality modality : axis_choices(grid, "modality", data::kModalities))
    for (const double low : axis_values<double>(grid, "pixel_low"))
      states_.emplace(Key{modality, low}, models::PairStates(images, chosen_, modality, low));
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
  task.facts = {{"data", checksum_text(checksum_)},
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
  auto loss = results.cells("training_loss");
  if (model.curves.loss.empty())
    loss.none();  // the weights were given
  else
    loss.assign(std::span<const double>(model.curves.loss));
  results.cells("parameters").set(to_real(model.parameters));
  results.cells("image_count").set(to_real(image_count()));
  results.cells("prior_signal").set(schedule.alpha_bar(schedule.steps() - 1));
}

}  // namespace syncgap::experiments
