#include "experiments/synchronization_gap/synchronization_gap.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/normals.h"
#include "experiments/shared/axis_values.h"
#include "experiments/synchronization_gap/declaration.h"
#include "experiments/synchronization_gap/trajectories.h"
#include "models/denoising_curve.h"
#include "models/model_source.h"
#include "models/trained_denoiser.h"
#include "networks/tensor_values.h"
#include "networks/threads.h"
#include "observables/alignment.h"
#include "observables/estimate.h"
#include "observables/resampled_means.h"
#include "parallel/dealt.h"

// Shapes: B trajectories, I interventions, K kept trajectories, S kept steps.
namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// Trajectories that run together with all their interventions: what a rank of a team has at least
/// to do, and part of what decides the bits.
constexpr std::int64_t kTogether = 4;
/// A, B and u: the values of axis `view`.
constexpr std::int64_t kViews = 3;

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
                    "): give numbers below experiment.samples, now ", options.samples);
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

SynchronizationGap::SynchronizationGap(const SynchronizationGapOptions& options, const Grid& grid,
                                       std::optional<int> device, const data::ImageSet& images)
    : options_(options),
      pairs_(CoupledPairPlan(options.pairs, grid), images, grid),
      axes_(options, pairs_.plan().longest_horizon(), grid),
      facts_(data_facts(images, std::nullopt)) {
  const auto pairings = axis_choices(grid, "pairing", data::kPairings);
  if (std::find(pairings.begin(), pairings.end(), data::Pairing::control) != pairings.end())
    data::check_control_pairing(pairs_.states(Unit(grid, 0)).labels());
  const models::DenoiserOptions& denoiser = options.pairs.denoiser;
  facts_.push_back(denoiser.place.arithmetic(device));
  for (const Fact& fact : models::weights_facts(denoiser.weights)) facts_.push_back(fact);
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
      if (axes_.image_steps[s] >= 0 && axes_.image_steps[s] < horizon)
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
  results.cells("images_per_second").set(to_real(shown) / model.curves.seconds);
}

Plan plan_of(const SynchronizationGapOptions& options, const Grid& grid) {
  const auto pairs = std::make_shared<const CoupledPairPlan>(options.pairs, grid);
  const FollowAxes axes(options, pairs->longest_horizon(), grid);
  const double interventions =
      to_real(std::ssize(axes.intervention_steps) * std::ssize(axes.scales));
  const double evaluations =
      to_real(options.samples) * (1 + 0.5 * interventions) + to_real(options.denoising_samples);
  return {[pairs, evaluations](const Unit& unit) {
            return pairs->cost(to_real(unit.integer("horizon")) * evaluations);
          },
          pairs->memory() + to_real(kTogether) * pairs->state_bytes() *
                                (to_real(pairs->longest_horizon()) + 60 * (1 + interventions))};
}

}  // namespace

std::unique_ptr<Experiment> make_synchronization_gap() {
  return declare<SynchronizationGapOptions>({
      .name = "synchronization_gap",
      .summary =
          "trained denoisers of coupled image pairs: when common and difference modes settle "
          "(multimodal, section 5.1, table 1, figures 6-9)",
      .axes = synchronization_gap_axes,
      .observables = synchronization_gap_observables,
      .plan = plan_of,
      .prepare = [](const SynchronizationGapOptions& options, const Grid& grid,
                    std::optional<int> device) -> std::unique_ptr<const Prepared> {
        return std::make_unique<const SynchronizationGap>(options, grid, device);
      },
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
