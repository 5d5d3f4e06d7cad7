#include "experiments/with_torch/synchronization_gap.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "core/check.h"
#include "core/random.h"
#include "diffusion/coupled_modes.h"
#include "experiments/axis_values.h"
#include "experiments/with_torch/denoising_curve.h"
#include "experiments/with_torch/reverse_diagnostics.h"
#include "experiments/with_torch/synchronization_gap_layout.h"
#include "experiments/with_torch/trained_denoiser.h"
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
                    const TrainedDenoiser& model, std::uint64_t sweep_seed) const;
  void store_curves(const Followings& seen, std::int64_t horizon, const RandomStream& stream,
                    Results& results) const;
  void store_interventions(const Followings& seen, std::int64_t horizon, Results& results) const;
  void store_denoising(const DenoisingCurve& curve, Results& results) const;
  void store_frames(const Followings& seen, double low, Results& results) const;

  SynchronizationGapOptions options_;
  OptionTable table_;

  // Set by prepare().
  CoupledPairs pairs_;
  std::vector<double> thresholds_, scales_;
  std::vector<std::int64_t> intervention_steps_, frame_steps_, samples_kept_;
};

void SynchronizationGap::prepare(const Grid& grid) {
  pairs_.prepare(options_.pairs, grid);
  const std::int64_t longest = pairs_.longest_horizon();
  const auto& steps = axis_values<std::int64_t>(grid, "step");
  bool counted = static_cast<std::int64_t>(steps.size()) == longest;
  for (std::size_t t = 0; t < steps.size(); ++t)
    counted = counted && steps[t] == static_cast<std::int64_t>(t);
  require_input(counted, "axis step does not count the steps of the longest diffusion (axes.step, ",
                steps.size(), " values): give step = { range = [0, ", longest, "] }");
  require_input(
      grid.axis("epoch").size() == static_cast<std::size_t>(options_.pairs.denoiser.epochs),
      "axis epoch does not count the epochs (axes.epoch, ", grid.axis("epoch").size(),
      " values): leave it out and set experiment.epochs, now ", options_.pairs.denoiser.epochs);
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
  const double trained = 3 * static_cast<double>(options_.pairs.denoiser.epochs) *
                         static_cast<double>(pairs_.image_count());
  const double branches =
      1 + 0.5 * static_cast<double>(intervention_steps_.size() * scales_.size());
  const double sampled = static_cast<double>(unit.integer("horizon")) *
                         (static_cast<double>(options_.samples) * branches +
                          static_cast<double>(options_.denoising_samples));
  return pairs_.operations_per_pass() * (trained + sampled) / 2e10;
}

double SynchronizationGap::memory() const {
  const double state = 4.0 * static_cast<double>(pairs_.channels()) *
                       std::pow(static_cast<double>(options_.pairs.side), 2);
  const double branches = static_cast<double>(intervention_steps_.size() * scales_.size());
  return pairs_.memory() +
         static_cast<double>(kTogether) * state *
             (static_cast<double>(pairs_.longest_horizon()) + 60 * (1 + branches));
}

Followings SynchronizationGap::follow(const Unit& unit, const diffusion::NoiseSchedule& schedule,
                                      const TrainedDenoiser& model,
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
  const std::int64_t channels = model.network->shape().image_channels;
  const double white = 1 - unit.real("pixel_low");

  Followings seen;
  for (auto& rms : seen.rms)
    rms.assign(branches * static_cast<std::size_t>(options_.samples), kNone);
  for (std::int64_t first = 0; first < options_.samples; first += kTogether) {
    const std::int64_t count = std::min(kTogether, options_.samples - first);
    const auto start = diffusion::couple_noise(
        pairs_.normals(start_stream, first, count, channels, 0), unit.real("g"));
    auto run = run_deterministic(schedule, denoiser, start, state_steps, frame_steps_);
    seen.cosines.insert(seen.cosines.end(), run.cosines.begin(), run.cosines.end());
    if (first == 0) seen.frames = run.frames;
    const auto ends = run_interventions(schedule, denoiser, interventions, run.states,
                                        pairs_.normals(kick_stream, first, count, channels / 2, 0));
    const auto before = diffusion::split_modes(run.end);
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const auto after = diffusion::split_modes(ends[i]);
      const Tensor changes[] = {after.common - before.common, after.difference - before.difference};
      for (std::size_t m = 0; m < 2; ++m) {
        const auto rms =
            (changes[m].flatten(1).square().mean(1).sqrt() / white).to(torch::kFloat64);
        for (std::int64_t k = 0; k < count; ++k)
          seen.rms[m][cells[i] * static_cast<std::size_t>(options_.samples) +
                      static_cast<std::size_t>(first + k)] = rms[k].item<double>();
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
  const auto put = [&](const std::string& name, std::size_t at, double value,
                       observables::Interval interval) {
    results[name][at] = value;
    results[name + "_low"][at] = interval.low;
    results[name + "_high"][at] = interval.high;
  };
  for (std::size_t m = 0; m < kFollowed; ++m)
    for (std::size_t t = 0; t < steps; ++t)
      put("cosine", m * longest + t, means.means()[m * steps + t], means.interval(m * steps + t));
  // All curves of one resample side by side: differences of modes keep their pairing.
  using Curves = std::span<const double>;
  const auto put_statistic = [&](const std::string& name, std::size_t at,
                                 const std::function<double(Curves)>& statistic) {
    put(name, at, statistic(means.means()), means.interval(0, kFollowed * steps, statistic));
  };
  for (std::size_t t = 0; t < steps; ++t)
    put_statistic("ghosting_index", t,
                  [&](Curves c) { return 2 * c[t] - c[2 * steps + t] - c[3 * steps + t]; });
  const auto crossing = [steps](Curves c, std::size_t m, double tau) {
    return observables::alignment_crossing(c.subspan(m * steps, steps), tau);
  };
  // The last prediction is its own reference, so every curve reaches every threshold up to 1.
  for (std::size_t k = 0; k < thresholds_.size(); ++k) {
    const double tau = thresholds_[k];
    for (std::size_t m = 0; m < kFollowed; ++m) {
      const std::size_t at = m * thresholds_.size() + k;
      put_statistic("crossing_time", at,
                    [&](Curves c) { return static_cast<double>(crossing(c, m, tau).outermost); });
      put_statistic("persistent_crossing_time", at,
                    [&](Curves c) { return static_cast<double>(crossing(c, m, tau).persistent); });
      results["passages"][at] = static_cast<double>(crossing(means.means(), m, tau).passages);
    }
    put_statistic("gap", k, [&](Curves c) {
      return static_cast<double>(crossing(c, 1, tau).outermost - crossing(c, 0, tau).outermost);
    });
    put_statistic("persistent_gap", k, [&](Curves c) {
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
      const std::string name = m == 0 ? "rms_common" : "rms_difference";
      results[name][i] = mean.value;
      results[name + "_error"][i] = mean.standard_error;
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
        const auto scaled = ((shown - low) / (1 - low)).to(torch::kFloat64).contiguous();
        std::copy_n(scaled.data_ptr<double>(), pixels,
                    out.begin() + static_cast<std::ptrdiff_t>(at));
      }
}

void store_estimates(const std::vector<observables::Estimate>& estimates, const std::string& name,
                     std::size_t at, Results& results) {
  for (std::size_t t = 0; t < estimates.size(); ++t) {
    results[name][at + t] = estimates[t].value;
    results[name + "_error"][at + t] = estimates[t].standard_error;
  }
}

void SynchronizationGap::store_denoising(const DenoisingCurve& curve, Results& results) const {
  store_estimates(curve.common, "denoising_error", 0, results);
  store_estimates(curve.difference, "denoising_error",
                  static_cast<std::size_t>(pairs_.longest_horizon()), results);
  store_estimates(curve.entropy_rate, "entropy_rate", 0, results);
}

void SynchronizationGap::run(const Unit& unit, Results& results, const RunContext& context) const {
  const std::int64_t horizon = unit.integer("horizon");
  const auto schedule = pairs_.schedule(unit);
  const auto pairing =
      unit.label("pairing") == "main" ? data::Pairing::main : data::Pairing::control;
  const DenoiserTask task = pairs_.task(unit, pairing, schedule, context.sweep_seed);
  const TrainedDenoiser model = trained_denoiser(task, options_.pairs.denoiser, context);

  const Followings seen = follow(unit, schedule, model, context.sweep_seed);
  store_curves(seen, horizon, RandomStream(context.sweep_seed, "resamples"), results);
  store_interventions(seen, horizon, results);
  store_frames(seen, unit.real("pixel_low"), results);
  std::copy(model.curves.loss.begin(), model.curves.loss.end(), results["training_loss"].begin());
  std::copy(model.curves.gradient_norm.begin(), model.curves.gradient_norm.end(),
            results["gradient_norm"].begin());
  store_denoising(measure_denoising(task, model.denoiser(), options_.denoising_samples), results);
  results["images_per_second"][0] =
      static_cast<double>(pairs_.image_count() * options_.pairs.denoiser.epochs) /
      model.curves.seconds;
  results["parameters"][0] = static_cast<double>(model.parameters);
  results["image_count"][0] = static_cast<double>(pairs_.image_count());
  results["prior_signal"][0] = schedule.alpha_bar(horizon - 1);
}

}  // namespace

std::unique_ptr<Experiment> make_synchronization_gap() {
  return std::make_unique<SynchronizationGap>();
}

}  // namespace syncgap::experiments
