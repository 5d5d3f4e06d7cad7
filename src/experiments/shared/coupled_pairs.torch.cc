#include "experiments/shared/coupled_pairs.h"

#include <algorithm>

#include "core/check.h"
#include "data/modality.h"
#include "diffusion/coupled_modes.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {
namespace {

diffusion::NoiseSchedule make_schedule(const CoupledPairOptions& options, const std::string& label,
                                       std::int64_t horizon) {
  if (label == "cosine") return diffusion::NoiseSchedule::cosine(horizon);
  const auto linear = label == "scaled" ? diffusion::NoiseSchedule::scaled_linear
                                        : diffusion::NoiseSchedule::linear;
  return linear(horizon, options.beta_first, options.beta_last);
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

std::vector<Axis> coupled_pair_axes() {
  constexpr auto split = AxisRole::split;
  return {
      {"g", split, std::vector<double>{0.0, 0.3, 0.5, 0.7}, "coupling strength of the noise, (92)"},
      {"seed", split, std::vector<std::int64_t>{1, 2, 3, 4},
       "start weights, pairs and noise of a model"},
      {"modality", split, std::vector<std::string>{"edge"},
       "transform T that makes the second channel", "1", data::modality_names()},
      {"schedule",
       split,
       std::vector<std::string>{"linear"},
       "noise schedule: beta linear as given, linear with its ends times 1000 / T, or cosine",
       "1",
       {"linear", "scaled", "cosine"}},
      {"pixel_low", split, std::vector<double>{-1.0}, "what black becomes; white is 1"},
      {"horizon", split, std::vector<std::int64_t>{200}, "steps T of the diffusion"},
  };
}

std::vector<std::int32_t> CoupledPairOptions::labels() const {
  std::vector<std::int32_t> out;
  for (const double label : classes) out.push_back(static_cast<std::int32_t>(label));
  return out;
}

void describe_training(ObservableList& list) {
  list.add("training_loss", {"epoch"}, "mean denoising loss of an epoch", "1", "multimodal (96)");
  list.add("parameters", {}, "numbers of the denoiser that were trained", "1", "");
  list.add("image_count", {}, "images trained on", "1", "");
  list.add("prior_signal", {}, "abar at the last step: signal that the start of generation lacks",
           "1", "");
}

void CoupledPairs::store_training(const models::TrainedDenoiser& model,
                                  const diffusion::NoiseSchedule& schedule,
                                  Results& results) const {
  std::copy(model.curves.loss.begin(), model.curves.loss.end(), results["training_loss"].begin());
  results["parameters"][0] = static_cast<double>(model.parameters);
  results["image_count"][0] = static_cast<double>(image_count());
  results["prior_signal"][0] = schedule.alpha_bar(schedule.steps() - 1);
}

void CoupledPairs::prepare(const CoupledPairOptions& options, const data::ImageSet& images,
                           const Grid& grid) {
  options_ = options;
  torch::set_num_threads(static_cast<int>(options.threads));
  chosen_ = data::choose_images(images, options.labels(), static_cast<std::size_t>(options.images),
                                data::Subset::first, RandomStream(0, "all"));
  checksum_ = data::checksum(images, chosen_);
  require_input(images.shape().height == static_cast<std::size_t>(options.side) &&
                    images.shape().width == images.shape().height,
                "images have another size (", to_text(images.shape()),
                "): set experiment.side, now ", options.side);
  channels_ = static_cast<std::int64_t>(2 * images.shape().channels);
  options.denoiser.shape(channels_).check(options.side);

  require_input(grid.axis("epoch").size() == static_cast<std::size_t>(options.denoiser.epochs),
                "axis epoch does not count the epochs (axes.epoch, ", grid.axis("epoch").size(),
                " values): leave it out and set experiment.epochs, now ", options.denoiser.epochs);
  const auto& horizons = axis_values<std::int64_t>(grid, "horizon");
  longest_horizon_ = *std::max_element(horizons.begin(), horizons.end());
  for (const std::int64_t horizon : horizons) {
    require_input(horizon >= 2, "a diffusion needs at least two steps (axes.horizon, saw ", horizon,
                  ")");
    for (const auto& label : axis_values<std::string>(grid, "schedule"))
      make_schedule(options, label, horizon);
  }
  for (const double g : axis_values<double>(grid, "g")) diffusion::check_coupling_strength(g);

  states_.clear();
  for (const auto& modality : axis_values<std::string>(grid, "modality"))
    for (const double low : axis_values<double>(grid, "pixel_low")) {
      require_input(low < 1, "black must be darker than white (axes.pixel_low, saw ", low,
                    "): give -1 or 0");
      states_.emplace(Key{modality, low},
                      models::PairStates(images, chosen_, data::modality_of(modality), low));
    }
}

const models::PairStates& CoupledPairs::states(const Unit& unit) const {
  return states_.at({unit.label("modality"), unit.real("pixel_low")});
}

diffusion::NoiseSchedule CoupledPairs::schedule(const Unit& unit) const {
  return make_schedule(options_, unit.label("schedule"), unit.integer("horizon"));
}

models::DenoiserTask CoupledPairs::task(const Unit& unit, data::Pairing pairing,
                                        const diffusion::NoiseSchedule& schedule,
                                        std::uint64_t sweep_seed) const {
  models::DenoiserTask task;
  task.states = &states(unit);
  task.pairing = pairing;
  task.coupling_strength = unit.real("g");
  task.schedule = &schedule;
  task.sweep_seed = sweep_seed;
  task.seed = unit.integer("seed");
  task.data_identity = concat(
      data_identity(), " modality=", unit.label("modality"), " pixel_low=", unit.real("pixel_low"),
      " schedule=", unit.label("schedule"), " T=", schedule.steps(), " beta=", options_.beta_first,
      "..", options_.beta_last, " threads=", options_.threads);
  return task;
}

std::string CoupledPairs::data_identity() const {
  return concat("data=", checksum_, " n=", chosen_.size());
}

double CoupledPairs::cost(double evaluations) const {
  const double trained =
      3 * static_cast<double>(options_.denoiser.epochs) * static_cast<double>(image_count());
  return options_.denoiser.operations_per_pass(options_.side) * (trained + evaluations) / 2e10;
}

double CoupledPairs::state_bytes() const {
  return 4.0 * static_cast<double>(channels_ * options_.side * options_.side);
}

double CoupledPairs::memory() const {
  return static_cast<double>(chosen_.size() * states_.size()) * state_bytes();
}

}  // namespace syncgap::experiments
