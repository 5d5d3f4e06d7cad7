#include <algorithm>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/normals.h"
#include "experiments/shared/axis_values.h"
#include "experiments/synchronization_gap/trajectories.h"
#include "experiments/synchronization_gap/work.torch.h"
#include "experiments/trained.h"
#include "models/denoising_curve.h"
#include "models/model_source.h"
#include "models/trained_denoiser.h"
#include "networks/tensor_values.h"
#include "networks/threads.h"
#include "parallel/dealt.h"

// Shapes: B trajectories, I interventions, K kept trajectories, S kept steps.
namespace syncgap::experiments {

using torch::Tensor;

SynchronizationGap::SynchronizationGap(const SynchronizationGapOptions& options, const Grid& grid,
                                       std::optional<int> device, const data::ImageSet& images)
    : options_(options),
      pairs_(CoupledPairPlan(options.pairs, grid), images, grid),
      axes_(options, pairs_.plan().longest_horizon(), grid),
      facts_(data_facts(images, std::nullopt)) {
  const auto pairings = axis_choices(grid, "pairing", data::kPairings);
  if (std::find(pairings.begin(), pairings.end(), data::Pairing::control) != pairings.end())
    data::check_control_pairing(pairs_.states(Unit(grid, 0)).labels());
  for (const Fact& fact : models::model_facts(options.pairs.denoiser, device))
    facts_.push_back(fact);
}

Seen SynchronizationGap::follow(const Unit& unit, const diffusion::NoiseSchedule& schedule,
                                const models::TrainedDenoiser& model,
                                const RunContext& context) const {
  const auto places = axes_.places(schedule.steps());
  FollowPlan plan{axes_.image_steps, {}};
  for (const auto& [step, scale] : places)
    plan.interventions.push_back({axes_.intervention_steps[step], axes_.scales[scale]});
  const std::int64_t seed = unit.integer("seed"), samples = options_.samples;
  const RandomStream start_stream(context.sweep_seed, "initial noise", {seed});
  const RandomStream kick_stream(context.sweep_seed, "intervention", {seed});
  const double low = unit.real("pixel_low");
  const auto denoiser = model.denoiser();

  Seen seen;
  seen.cosines.resize(samples * kFollowed * schedule.steps());
  for (auto& rms : seen.rms) rms.resize(std::ssize(places) * samples);
  seen.images.resize(std::ssize(axes_.samples_kept) * std::ssize(axes_.image_steps) * kViews *
                     pixels());
  const parallel::Dealt dealt(samples, kTogether, context.team.ranks());
  for (const auto& [first, count] : dealt.mine()) {
    const auto shape = pairs_.plan().state_shape(count);
    const auto start = diffusion::couple_noise(
        diffusion::trajectory_normals(start_stream, first, shape, 0, model.device), unit.real("g"));
    const auto kick = diffusion::trajectory_normals(
        kick_stream, first, {count, shape[2], shape[3], shape[4]}, 0, model.device);
    const auto batch = follow_trajectories(schedule, denoiser, start, plan, kick);
    std::copy(batch.cosines.begin(), batch.cosines.end(),
              seen.cosines.begin() + first * kFollowed * schedule.steps());
    const auto before = diffusion::split_modes(batch.end);
    for (std::int64_t i = 0; i < std::ssize(places); ++i) {
      const auto after = diffusion::split_modes(batch.perturbed_ends[i]);
      const Tensor changes[] = {after.common - before.common, after.difference - before.difference};
      for (std::int64_t m = 0; m < kModes; ++m) {
        const auto rms =
            networks::values_of(changes[m].flatten(1).square().mean(1).sqrt() / (1 - low));
        std::copy(rms.begin(), rms.end(), seen.rms[m].begin() + i * samples + first);
      }
    }
    keep_images(batch, first, count, low, seen);
  }
  dealt.gather(std::span<double>(seen.cosines));
  for (auto& rms : seen.rms) dealt.gather(std::span<double>(rms));
  dealt.gather(std::span<float>(seen.images));
  return seen;
}

/// Of images with colours the first channel.
void SynchronizationGap::keep_images(const FollowedBatch& batch, std::int64_t first,
                                     std::int64_t count, double low, Seen& seen) const {
  auto to = seen.images.begin();
  for (const std::int64_t sample : axes_.samples_kept)
    for (const Tensor& image : batch.images) {
      const auto here = to;
      to += kViews * pixels();
      if (sample < first || sample >= first + count || !image.defined()) continue;
      const auto a = image[sample - first][0][0], b = image[sample - first][1][0];
      // The mean of both channels has the range of an image, as in (103).
      const auto shown = torch::stack({a, b, (a + b) / 2});
      const auto scaled = networks::values_of((shown - low) / (1 - low));
      std::transform(scaled.begin(), scaled.end(), here, to_float);
    }
}

void SynchronizationGap::run(const Unit& unit, Results& results, const RunContext& context) const {
  const networks::ThreadScope threads(options_.pairs.threads);
  const std::int64_t horizon = unit.integer("horizon");
  const auto schedule = pairs_.plan().schedule(unit);
  const auto task =
      pairs_.task(unit, unit.choice("pairing", data::kPairings), schedule, context.sweep_seed);
  const auto model = models::trained_denoiser(task, options_.pairs.denoiser, context.team);
  context.team.say(concat("follows ", options_.samples, " trajectories"));
  const Seen seen = follow(unit, schedule, model, context);
  context.team.say("measures the denoising error");
  const auto curve = models::measure_denoising(task, model.denoiser(), options_.denoising_samples,
                                               context.team, model.device);
  if (context.team.rank() != 0) return;  // every rank knows the same; the first one's is kept

  store_curves(seen, horizon, RandomStream(context.sweep_seed, "resamples"), results);
  store_interventions(seen, horizon, results);
  store_images(seen, horizon, results);
  store_denoising(curve, results);
  pairs_.store_training(model, schedule, results);
  if (model.curves.loss.empty()) {  // the weights were given
    results.none({"gradient_norm", "images_per_second"});
    return;
  }
  results.cells("gradient_norm").assign(std::span<const double>(model.curves.gradient_norm));
  const std::int64_t shown = pairs_.image_count() * options_.pairs.denoiser.training.epochs;
  results.cells("images_per_second").set_or_none(to_real(shown) / model.curves.seconds);
}

std::unique_ptr<const Prepared> prepare_synchronization_gap(
    const SynchronizationGapOptions& options, const Grid& grid, std::optional<int> device) {
  return std::make_unique<const SynchronizationGap>(options, grid, device);
}

}  // namespace syncgap::experiments
