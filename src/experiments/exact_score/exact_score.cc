#include "experiments/exact_score/exact_score.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>
#include <utility>

#include <Eigen/Eigenvalues>

#include "core/check.h"
#include "experiments/exact_score/declaration.h"
#include "experiments/exact_score/metrics.h"
#include "experiments/exact_score/options.h"
#include "experiments/shared/axis_values.h"
#include "sde/orthogonal_variance.h"
#include "sde/reverse_sampler.h"
#include "theory/conditional_metrics.h"

namespace syncgap::experiments {
namespace {

class ExactScore : public Experiment {
 public:
  ExactScore() : table_(options_.table()) {}

  std::string name() const override { return "exact_score"; }
  std::string summary() const override {
    return "conditional generation by reverse-time SDEs with population scores, printed and exact "
           "(multimodal, appendix C, figures 12-14)";
  }
  OptionTable& options() override { return table_; }
  std::vector<Axis> axes() const override { return exact_score_axes(options_); }
  std::vector<Observable> observables() const override { return exact_score_observables(); }
  void prepare(const Grid& grid) override;
  double cost(const Unit& unit) const override;
  double memory() const override;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  /// Samplers lie score by score; within a score the baseline comes first, then schedule by
  /// schedule, g running fastest.
  std::size_t per_score() const { return 1 + couplings_; }
  std::size_t baseline_of(std::size_t sampler) const { return sampler - sampler % per_score(); }
  /// Index among (score, schedule, g) cells of a sampler that is no baseline.
  std::size_t cell_of(std::size_t sampler) const {
    return sampler / per_score() * couplings_ + sampler % per_score() - 1;
  }

  void check_stability() const;
  void run_mode(const Unit& unit, std::size_t mode, Results& results,
                const RunContext& context) const;
  void store_means(const sde::TwoClassData& data, std::size_t mode,
                   const std::vector<MetricMeans>& means, Results& results) const;
  void store_history(std::size_t mode, const ClassHistory& history, Results& results) const;

  ExactScoreOptions options_;
  OptionTable table_;

  // Set by prepare().
  std::vector<sde::Space> modes_;
  std::size_t couplings_ = 0;  ///< schedules times strengths
  std::optional<sde::ReverseProblem> problem_;
  std::vector<double> variance_, variance_limit_;  ///< outside the plane, per sampler
  std::vector<std::size_t> time_steps_;            ///< step nearest to each value of axis `time`
  std::vector<std::size_t> observed_steps_;        ///< those above 0, decreasing, without repeats
};

void ExactScore::prepare(const Grid& grid) {
  modes_.clear();
  for (const auto& label : axis_values<std::string>(grid, "mode"))
    modes_.push_back(simulated_space(label));
  const auto& schedules = axis_values<std::string>(grid, "schedule");
  const auto& strengths = axis_values<double>(grid, "g");
  couplings_ = schedules.size() * strengths.size();
  std::vector<sde::Sampler> samplers;
  for (const auto& score : axis_values<std::string>(grid, "score")) {
    samplers.push_back({score_kind(score), theory::CouplingSchedule::constant(0)});
    for (const auto& schedule : schedules)
      for (const double g : strengths)
        samplers.push_back({score_kind(score), options_.schedule(schedule, g)});
  }
  // A forward path draws all its noise from one counter of 32 bits.
  const double widest = std::find(modes_.begin(), modes_.end(), sde::Space::full) == modes_.end()
                            ? 2.0
                            : static_cast<double>(options_.dimension);
  require_input(widest * static_cast<double>(options_.steps) < 4e9,
                "a trial has too many coordinates (experiment.dimension = ", options_.dimension,
                " times experiment.steps = ", options_.steps,
                " in mode full): use mode plane, which is exact at any dimension");
  problem_.emplace(options_.process(), options_.data_variance, options_.grid(),
                   std::move(samplers));
  check_stability();

  time_steps_.clear();
  for (const double t : axis_values<double>(grid, "time")) {
    require_input(t >= 0 && t <= options_.duration * (1 + 1e-12),
                  "a time lies outside the trajectory (axes.time, saw ", t,
                  "): give times between "
                  "0 and experiment.duration = ",
                  options_.duration);
    time_steps_.push_back(static_cast<std::size_t>(std::llround(t / options_.grid().step())));
  }
  observed_steps_ = time_steps_;
  std::erase(observed_steps_, std::size_t{0});
  std::sort(observed_steps_.rbegin(), observed_steps_.rend());
  observed_steps_.erase(std::unique(observed_steps_.begin(), observed_steps_.end()),
                        observed_steps_.end());

  variance_.clear();
  variance_limit_.clear();
  for (std::size_t i = 0; i < problem_->samplers().size(); ++i) {
    variance_.push_back(sde::orthogonal_variance(*problem_, i));
    variance_limit_.push_back(sde::orthogonal_variance_limit(*problem_, i));
  }
}

/// Outside the plane a step multiplies y by 1 + on_y; beyond -1 it blows noise up.
void ExactScore::check_stability() const {
  double worst = 0;
  for (std::size_t i = 0; i < problem_->samplers().size(); ++i) {
    for (std::size_t k = 1; k <= problem_->grid().steps; ++k) {
      const double shrink = problem_->samplers()[i].score == sde::ScoreKind::joint
                                ? -sde::joint_step(*problem_, i, k).eigenvalues().real().minCoeff()
                                : -sde::conditional_step(*problem_, i, k).on_y;
      worst = std::max(worst, shrink);
    }
  }
  require_input(
      worst < 2, "the Euler-Maruyama step is unstable (experiment.steps = ", options_.steps,
      ", a step contracts by ", worst, " > 2): use at least ",
      std::llround(std::ceil(worst * static_cast<double>(options_.steps) / 1.9)), " steps");
}

double ExactScore::cost(const Unit&) const {
  double seconds = 0;
  for (const sde::Space mode : modes_) {
    const double components =
        mode == sde::Space::plane ? 2.0 : static_cast<double>(options_.dimension);
    // About a nanosecond per sampler and step in the plane, measured; a sixth of one per further
    // coordinate; noise for X and Y once for all samplers.
    const double per_step =
        static_cast<double>(problem_->samplers().size()) * (0.7e-9 + 0.17e-9 * components) +
        3e-9 * components;
    seconds +=
        static_cast<double>(options_.trials) * static_cast<double>(options_.steps) * per_step;
  }
  return seconds;
}

double ExactScore::memory() const {
  double bytes = 0;
  for (const sde::Space mode : modes_)
    bytes = std::max(bytes, sde::ReverseSampler::memory(
                                *problem_, static_cast<std::size_t>(options_.dimension), mode));
  return bytes;
}

void ExactScore::run(const Unit& unit, Results& results, const RunContext& context) const {
  for (std::size_t mode = 0; mode < modes_.size(); ++mode) run_mode(unit, mode, results, context);
  const auto data = options_.data(unit.real("theta"));
  const auto perfect =
      theory::perfect_conditional_metrics(data.dimension, data.mean_norm(), data.variance);
  results["perfect_accuracy"][0] = perfect.accuracy;
  results["perfect_mse"][0] = perfect.plane_mse;
  results["perfect_nll"][0] = perfect.nll;
  for (std::size_t i = 0; i < problem_->samplers().size(); ++i) {
    if (i == baseline_of(i)) continue;
    results["terminal_variance_exact"][cell_of(i)] = variance_[i];
    results["terminal_variance_limit"][cell_of(i)] = variance_limit_[i];
  }
}

void ExactScore::run_mode(const Unit& unit, std::size_t mode, Results& results,
                          const RunContext& context) const {
  const std::size_t samplers = problem_->samplers().size();
  const auto data = options_.data(unit.real("theta"));
  const sde::ReverseStreams streams(context.sweep_seed, unit.integer("seed"), modes_[mode]);
  sde::ReverseSampler sampler(*problem_, data, modes_[mode], streams);
  std::vector<MetricMeans> means(samplers);
  ClassHistory history(samplers, time_steps_.size());
  const auto remember = [&](std::size_t i, std::size_t step, std::uint64_t y_sides) {
    for (std::size_t t = 0; t < time_steps_.size(); ++t)
      if (time_steps_[t] == step) history.remember(i, t, y_sides);
  };
  sampler.run(0, static_cast<std::size_t>(options_.trials), observed_steps_,
              [&](const sde::BlockView& view) {
                TrialMetrics baseline;
                for (std::size_t i = 0; i < samplers; ++i) {
                  const std::uint64_t y_sides = sides(view.target(i), data.angle);
                  remember(i, view.step(), y_sides);
                  if (view.step() > 0) continue;
                  history.finish(i, view.trials(), sides(view.source(i), 0), y_sides);
                  const TrialMetrics metrics = measure_trials(view, i, data);
                  if (i == baseline_of(i)) baseline = metrics;
                  means[i].add(metrics, baseline);
                }
              });
  store_means(data, mode, means, results);
  store_history(mode, history, results);
}

void ExactScore::store_means(const sde::TwoClassData& data, std::size_t mode,
                             const std::vector<MetricMeans>& means, Results& results) const {
  const std::size_t scores = means.size() / per_score();
  const auto put = [&](const std::string& name, std::size_t at, observables::Estimate estimate,
                       double shift = 0) {
    results[name][at] = estimate.value + shift;
    results[name + "_error"][at] = estimate.standard_error;
  };
  for (std::size_t i = 0; i < means.size(); ++i) {
    // In the plane the other coordinates' share of the likelihood comes in as its exact mean.
    const bool plane = modes_[mode] == sde::Space::plane;
    const double outside = plane ? nll_outside_plane(data, variance_[i]) : 0;
    const double outside_baseline = plane ? nll_outside_plane(data, variance_[baseline_of(i)]) : 0;
    if (i == baseline_of(i)) {
      const std::size_t at = mode * scores + i / per_score();
      put("baseline_accuracy", at, means[i].accuracy.estimate());
      put("baseline_mse", at, means[i].mse.estimate());
      put("baseline_nll", at, means[i].nll.estimate(), outside);
    } else {
      const std::size_t at = mode * scores * couplings_ + cell_of(i);
      put("accuracy", at, means[i].accuracy.estimate());
      put("mse", at, means[i].mse.estimate());
      put("nll", at, means[i].nll.estimate(), outside);
      put("delta_accuracy", at, means[i].delta_accuracy.estimate());
      put("delta_mse", at, means[i].delta_mse.estimate());
      put("delta_nll", at, means[i].delta_nll.estimate(), outside - outside_baseline);
      if (means[i].outside.count() > 0) put("terminal_variance", at, means[i].outside.estimate());
    }
  }
}

void ExactScore::store_history(std::size_t mode, const ClassHistory& history,
                               Results& results) const {
  const std::size_t samplers = problem_->samplers().size(), times = time_steps_.size();
  const std::size_t scores = samplers / per_score();
  for (std::size_t i = 0; i < samplers; ++i) {
    const bool base = i == baseline_of(i);
    const std::size_t at =
        base ? mode * scores + i / per_score() : mode * scores * couplings_ + cell_of(i);
    for (std::size_t t = 0; t < times; ++t) {
      results[base ? "baseline_agreement" : "agreement"][at * times + t] = history.agreement(i, t);
      results[base ? "baseline_commitment" : "commitment"][at * times + t] =
          history.commitment(i, t);
    }
  }
}

}  // namespace

std::unique_ptr<Experiment> make_exact_score() { return std::make_unique<ExactScore>(); }

}  // namespace syncgap::experiments
