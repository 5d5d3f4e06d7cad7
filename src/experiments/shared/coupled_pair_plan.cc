#include "experiments/shared/coupled_pair_plan.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/check.h"
#include "core/numbers.h"
#include "data/modality.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/training_cells.h"

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

void describe_pair_training(ObservableList& list) {
  describe_training(list, "multimodal (96)");
  list.add("prior_signal", {}, "abar at the last step: signal that the start of generation lacks",
           "1", "syncgap");
}

CoupledPairPlan::CoupledPairPlan(const CoupledPairOptions& options, const Grid& grid)
    : options_(options) {
  const auto outline = peek_images(options.source);
  image_channels_ = std::max<std::int64_t>(1, outline.shape.channels);
  expected_images_ = expected_count(options.source, std::ssize(options.classes), options.images);
  const auto& denoiser = options.denoiser;
  denoiser.check(2 * image_channels_, options.side, "side");
  const auto& horizons = axis_values<std::int64_t>(grid, "horizon");
  longest_horizon_ = *std::max_element(horizons.begin(), horizons.end());
  for (const std::int64_t horizon : horizons) {
    require_input(horizon >= 2, "a diffusion needs at least two steps (axes.horizon, saw ", horizon,
                  ")");
    for (const BetaSchedule kind : axis_choices(grid, "schedule", kBetaSchedules))
      make_schedule(options, kind, horizon);
  }
  for (const double g : axis_values<double>(grid, "g"))
    require_input(std::abs(g) < 1,
                  "modes of a coupled pair have the variances 1 - g and 1 + g (axes.g, saw ", g,
                  "): give values between -1 and 1");
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
  return options_.denoiser.pass_seconds(2 * image_channels_, options_.side) *
         (trained + evaluations);
}

double CoupledPairPlan::state_bytes() const {
  return 4.0 * to_real(2 * image_channels_ * options_.side * options_.side);
}

double CoupledPairPlan::evaluation_bytes() const {
  return options_.denoiser.pass_bytes(2 * image_channels_, options_.side);
}

double CoupledPairPlan::memory() const {
  return to_real(expected_images_ * readings_) * state_bytes();
}

double pair_classifier_memory(const CoupledPairPlan& plan, const Grid& grid) {
  // Every image of the set in each mode, half a state each, and a sixth of it for the tests.
  const double images = to_real(peek_images(plan.options().source).count) * 7 / 6;
  return to_real(grid.axis("modality").size()) * images * plan.state_bytes();
}

}  // namespace syncgap::experiments
