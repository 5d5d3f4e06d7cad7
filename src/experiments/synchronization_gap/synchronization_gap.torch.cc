#include "experiments/synchronization_gap/synchronization_gap.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "core/check.h"
#include "core/random.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/normals.h"
#include "experiments/shared/axis_values.h"
#include "experiments/synchronization_gap/declaration.h"
#include "experiments/synchronization_gap/trajectories.h"
#include "models/denoising_curve.h"
#include "models/trained_denoiser.h"
#include "networks/tensor_values.h"
#include "observables/alignment.h"
#include "observables/estimate.h"
#include "observables/resampled_means.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
/// Trajectories that run together: bounds memory, and with it fixes the bits.
constexpr std::int64_t kTogether = 32;

/// What all trajectories of a unit showed.
struct Followings {
  std::vector<double> cosines;  // (B, 4, T)
  std::vector<double> rms[2];   // common, difference: (interventions, B)
  std::vector<Tensor> frames;   // predictions at the frame steps
};

class SynchronizationGap : public Experiment {
 public:
  SynchronizationGap() : table_(options_.table()) {}

  std::string name() const override { return "synchronization_gap"; }
  std::string summary() const override {
    return "trained denoisers of coupled image pairs: when common and difference modes settle "
           "(multimodal, section 5.1, table 1, figures 6-9)";
  }
  OptionTable& options() override { return table_; }
  std::vector<Axis> axes() const override { return synchronization_gap_axes(options_); }
  std::vector<Observable> observables() const override { return synchronization_gap_observables(); }
  bool uses_teams() const override { return true; }
  void prepare(const Grid& grid) override;
  double cost(const Unit& unit) const override;
  double memory() const override;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  Followings follow(const Unit& unit, const diffusion::NoiseSchedule& schedule,
                    const models::TrainedDenoiser& model, std::uint64_t sweep_seed) const;
  void store_curves(const Followings& seen, std::int64_t horizon, const RandomStream& stream,
                    Results& results) const;
  void store_interventions(const Followings& seen, std::int64_t horizon, Results& results) const;
  void store_denoising(const models::DenoisingCurve& curve, Results& results) const;
  void store_frames(const Followings& seen, double low, Results& results) const;

  SynchronizationGapOptions options_;
  OptionTable table_;

  // Set by prepare().
  CoupledPairs pairs_;
  std::vector<double> thresholds_, scales_;
  std::vector<std::int64_t> intervention_steps_, frame_steps_, samples_kept_;
};

void SynchronizationGap::prepare(const Grid& grid) {
  pairs_.prepare(options_.pairs, read_images(options_.pairs.source), grid);
  const std::int64_t longest = pairs_.longest_horizon();
  const auto& steps = axis_values<std::int64_t>(grid, "step");
  bool counted = static_cast<std::int64_t>(steps.size()) == longest;
  for (std::size_t t = 0; t < steps.size(); ++t)
    counted = counted && steps[t] == static_cast<std::int64_t>(t);
  require_input(counted, "axis step does not count the steps of the longest diffusion (axes.step, ",
                steps.size(), " values): give step = { range = [0, ", longest, "] }");
  thresholds_ = axis_values<double>(grid, "tau");
  scales_ = axis_values<double>(grid, "scale");
  intervention_steps_ = axis_values<std::int64_t>(grid, "intervention_step");
  frame_steps_ = axis_values<std::int64_t>(grid, "frame_step");
  samples_kept_ = axis_values<std::int64_t>(grid, "sample");
  for (const std::int64_t sample : samples_kept_)
    require_input(sample >= 0 && sample < std::min(options_.samples, kTogether),
                  "there is no such trajectory to keep (axes.sample, saw ", sample,
                  "): give numbers below ", std::min(options_.samples, kTogether));

  const auto& pairings = axis_values<std::string>(grid, "pairing");
  if (std::find(pairings.begin(), pairings.end(), "control") != pairings.end())
    data::check_control_pairing(pairs_.states(Unit(grid, 0)).labels());
}

double SynchronizationGap::cost(const Unit& unit) const {
  const double branches =
      1 + 0.5 * static_cast<double>(intervention_steps_.size() * scales_.size());
  return pairs_.cost(static_cast<double>(unit.integer("horizon")) *
                     (static_cast<double>(options_.samples) * branches +
                      static_cast<double>(options_.denoising_samples)));
}

double SynchronizationGap::memory() const {
  const double branches = static_cast<double>(intervention_steps_.size() * scales_.size());
  return pairs_.memory() +
         static_cast<double>(kTogether) * pairs_.state_bytes() *
             (static_cast<double>(pairs_.longest_horizon()) + 60 * (1 + branches));
}

Followings SynchronizationGap::follow(const Unit& unit, const diffusion::NoiseSchedule& schedule,
                                      const models::TrainedDenoiser& model,
                                      std::uint64_t sweep_seed) const {
  const std::int64_t horizon = schedule.steps();
  const auto branches = intervention_steps_.size() * scales_.size();
  std::vector<Intervention> interventions;
  std::vector<std::int64_t> state_steps;
  std::vector<std::size_t> cells;  // of each intervention among (intervention_step, scale)
  for (std::size_t i = 0; i < branches; ++i) {
    const std::int64_t step = intervention_steps_[i / scales_.size()];
    if (step < 0 || step >= horizon) continue;
    interventions.push_back({step, scales_[i % scales_.size()]});
    state_steps.push_back(step);
    cells.push_back(i);
  }
  const RandomStream start_stream(sweep_seed, "initial noise", {unit.integer("seed")});
  const RandomStream kick_stream(sweep_seed, "intervention", {unit.integer("seed")});
  const auto denoiser = model.denoiser();
  const std::int64_t channels = pairs_.channels(), side = options_.pairs.side;
  const double white = 1 - unit.real("pixel_low");

  Followings seen;
  for (auto& rms : seen.rms)
    rms.assign(branches * static_cast<std::size_t>(options_.samples), kNone);
  for (std::int64_t first = 0; first < options_.samples; first += kTogether) {
    const std::int64_t count = std::min(kTogether, options_.samples - first);
    const auto start = diffusion::couple_noise(
        diffusion::trajectory_normals(start_stream, first, {count, channels, side, side}, 0),
        unit.real("g"));
    auto run = run_deterministic(schedule, denoiser, start, state_steps, frame_steps_);
    seen.cosines.insert(seen.cosines.end(), run.cosines.begin(), run.cosines.end());
    if (first == 0) seen.frames = run.frames;
    const auto ends = run_interventions(
        schedule, denoiser, interventions, run.states,
        diffusion::trajectory_normals(kick_stream, first, {count, channels / 2, side, side}, 0));
    const auto before = diffusion::split_modes(run.end);
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const auto after = diffusion::split_modes(ends[i]);
      const Tensor changes[] = {after.common - before.common, after.difference - before.difference};
      for (std::size_t m = 0; m < 2; ++m) {
        const auto rms = networks::values_of(changes[m].flatten(1).square().mean(1).sqrt() / white);
        std::copy(
            rms.begin(), rms.end(),
            seen.rms[m].begin() + static_cast<std::ptrdiff_t>(cells[i]) * options_.samples + first);
      }
    }
  }
  return seen;
}

void SynchronizationGap::store_curves(const Followings& seen, std::int64_t horizon,
                                      const RandomStream& stream, Results& results) const {
  const auto steps = static_cast<std::size_t>(horizon);
  const auto longest = static_cast<std::size_t>(pairs_.longest_horizon());
  const observables::ResampledMeans means(seen.cosines, kFollowed * steps, stream,
                                          static_cast<std::size_t>(options_.resamples));
  for (std::size_t m = 0; m < kFollowed; ++m)
    for (std::size_t t = 0; t < steps; ++t)
      put(results, "cosine", m * longest + t, means.means()[m * steps + t],
          means.interval(m * steps + t));
  // All curves of one resample side by side: differences of modes keep their pairing.
  using Curves = std::span<const double>;
  for (std::size_t t = 0; t < steps; ++t)
    put_statistic(results, "ghosting_index", t, means,
                  [&](Curves c) { return 2 * c[t] - c[2 * steps + t] - c[3 * steps + t]; });
  const auto crossing = [steps](Curves c, std::size_t m, double tau) {
    return observables::alignment_crossing(c.subspan(m * steps, steps), tau);
  };
  // The last prediction is its own reference, so every curve reaches every threshold up to 1.
  for (std::size_t k = 0; k < thresholds_.size(); ++k) {
    const double tau = thresholds_[k];
    for (std::size_t m = 0; m < kFollowed; ++m) {
      const std::size_t at = m * thresholds_.size() + k;
      put_statistic(results, "crossing_time", at, means,
                    [&](Curves c) { return static_cast<double>(crossing(c, m, tau).outermost); });
      put_statistic(results, "persistent_crossing_time", at, means,
                    [&](Curves c) { return static_cast<double>(crossing(c, m, tau).persistent); });
      results["passages"][at] = static_cast<double>(crossing(means.means(), m, tau).passages);
    }
    put_statistic(results, "gap", k, means, [&](Curves c) {
      return static_cast<double>(crossing(c, 1, tau).outermost - crossing(c, 0, tau).outermost);
    });
    put_statistic(results, "persistent_gap", k, means, [&](Curves c) {
      return static_cast<double>(crossing(c, 1, tau).persistent - crossing(c, 0, tau).persistent);
    });
  }
}

void SynchronizationGap::store_interventions(const Followings& seen, std::int64_t horizon,
                                             Results& results) const {
  const auto samples = static_cast<std::size_t>(options_.samples);
  for (std::size_t i = 0; i < intervention_steps_.size() * scales_.size(); ++i) {
    const std::int64_t step = intervention_steps_[i / scales_.size()];
    if (step < 0 || step >= horizon) continue;
    for (std::size_t m = 0; m < 2; ++m) {
      const auto mean = observables::estimate_mean(
          std::span<const double>(seen.rms[m]).subspan(i * samples, samples));
      put_estimates(results, m == 0 ? "rms_common" : "rms_difference", i, {&mean, 1});
    }
  }
}

void SynchronizationGap::store_frames(const Followings& seen, double low, Results& results) const {
  auto out = results["frame"];
  std::size_t at = 0;
  const auto pixels = static_cast<std::size_t>(options_.pairs.side * options_.pairs.side);
  for (const std::int64_t sample : samples_kept_)
    for (const Tensor& frame : seen.frames)
      for (int picture = 0; picture < 3; ++picture, at += pixels) {
        if (!frame.defined()) continue;  // a step beyond this horizon
        const auto half = frame.size(1) / 2;
        const auto first = frame[sample][0], second = frame[sample][half];
        // The mean of both channels has the range of a picture, as in (103).
        const auto shown = picture == 0 ? first : picture == 1 ? second : (first + second) / 2;
        const auto scaled = networks::values_of((shown - low) / (1 - low));
        std::copy(scaled.begin(), scaled.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
      }
}

void SynchronizationGap::store_denoising(const models::DenoisingCurve& curve,
                                         Results& results) const {
  put_estimates(results, "denoising_error", 0, curve.common);
  put_estimates(results, "denoising_error", static_cast<std::size_t>(pairs_.longest_horizon()),
                curve.difference);
  put_estimates(results, "entropy_rate", 0, curve.entropy_rate);
}

void SynchronizationGap::run(const Unit& unit, Results& results, const RunContext& context) const {
  const std::int64_t horizon = unit.integer("horizon");
  const auto schedule = pairs_.schedule(unit);
  const auto pairing =
      unit.label("pairing") == "main" ? data::Pairing::main : data::Pairing::control;
  const models::DenoiserTask task = pairs_.task(unit, pairing, schedule, context.sweep_seed);
  const models::TrainedDenoiser model =
      models::trained_denoiser(task, options_.pairs.denoiser, context.team);
  if (context.team.rank() != 0) return;  // the rest needs no team

  context.team.say(concat("follows ", options_.samples, " trajectories"));
  const Followings seen = follow(unit, schedule, model, context.sweep_seed);
  store_curves(seen, horizon, RandomStream(context.sweep_seed, "resamples"), results);
  store_interventions(seen, horizon, results);
  store_frames(seen, unit.real("pixel_low"), results);
  pairs_.store_training(model, schedule, results);
  std::copy(model.curves.gradient_norm.begin(), model.curves.gradient_norm.end(),
            results["gradient_norm"].begin());
  context.team.say("measures the denoising error");
  store_denoising(models::measure_denoising(task, model.denoiser(), options_.denoising_samples),
                  results);
  results["images_per_second"][0] =
      static_cast<double>(pairs_.image_count() * options_.pairs.denoiser.epochs) /
      model.curves.seconds;
}

}  // namespace

std::unique_ptr<Experiment> make_synchronization_gap() {
  return std::make_unique<SynchronizationGap>();
}

}  // namespace syncgap::experiments
