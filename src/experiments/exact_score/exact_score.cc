#include "experiments/exact_score/exact_score.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <Eigen/Eigenvalues>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/exact_score/declaration.h"
#include "experiments/exact_score/metrics.h"
#include "experiments/exact_score/options.h"
#include "experiments/shared/axis_values.h"
#include "sde/orthogonal_variance.h"
#include "sde/reverse_sampler.h"
#include "theory/conditional_metrics.h"

namespace syncgap::experiments {
namespace {

/// Where a sampler's numbers belong: on axis score, and on axes schedule and g unless it is the
/// baseline g = 0 of its score.
struct SamplerPlace {
  std::int64_t score, baseline;  ///< `baseline` is a sampler
  std::int64_t schedule = -1, coupling = -1;

  bool is_baseline() const { return schedule < 0; }
};

class ExactScore : public Prepared {
 public:
  ExactScore(const ExactScoreOptions& options, const Grid& grid)
      : options_(options),
        spaces_(axis_choices(grid, "method", kSpaces)),
        problem_(problem_of(grid)) {
    check_counter();
    check_stability();
    read_times(axis_values<double>(grid, "time"));
    for (std::int64_t i = 0; i < std::ssize(problem_.samplers()); ++i) {
      variance_.push_back(sde::orthogonal_variance(problem_, i));
      variance_limit_.push_back(sde::orthogonal_variance_limit(problem_, i));
    }
  }

  double cost(const Unit&) const;
  double memory() const;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  sde::ReverseProblem problem_of(const Grid& grid);
  void check_counter() const;
  void check_stability() const;
  void read_times(const std::vector<double>& times);
  void run_method(const Unit& unit, std::int64_t method, Results& results,
                  const RunContext& context) const;
  void store_means(const sde::TwoClassData& data, std::int64_t method,
                   const std::vector<MetricMeans>& means, Results& results) const;
  void store_history(std::int64_t method, const ClassHistory& history, Results& results) const;

  ExactScoreOptions options_;
  std::vector<sde::Space> spaces_;
  std::vector<SamplerPlace> places_;  ///< of each sampler
  sde::ReverseProblem problem_;
  std::vector<double> variance_, variance_limit_;  ///< outside the plane, per sampler
  std::vector<std::size_t> time_steps_;            ///< step nearest to each value of axis `time`
  std::vector<std::size_t> observed_steps_;        ///< those above 0, decreasing, without repeats
};

sde::ReverseProblem ExactScore::problem_of(const Grid& grid) {
  const auto schedules = axis_choices(grid, "schedule", kScheduleShapes);
  const auto& strengths = axis_values<double>(grid, "g");
  const auto scores = axis_choices(grid, "score", kScores);
  std::vector<sde::Sampler> samplers;
  for (std::int64_t score = 0; score < std::ssize(scores); ++score) {
    const std::int64_t baseline = std::ssize(samplers);
    places_.push_back({score, baseline});
    samplers.push_back({scores[score], theory::CouplingSchedule::constant(0)});
    for (std::int64_t s = 0; s < std::ssize(schedules); ++s)
      for (std::int64_t g = 0; g < std::ssize(strengths); ++g) {
        places_.push_back({score, baseline, s, g});
        samplers.push_back({scores[score], options_.schedule(schedules[s], strengths[g])});
      }
  }
  return {options_.process(), options_.data_variance, options_.grid(), std::move(samplers)};
}

/// A forward path draws all its noise from one counter of 32 bits.
void ExactScore::check_counter() const {
  const bool full = std::find(spaces_.begin(), spaces_.end(), sde::Space::full) != spaces_.end();
  const double widest = full ? to_real(options_.dimension) : 2.0;
  require_input(widest * to_real(options_.steps) < 4e9,
                "a trial has too many coordinates (experiment.dimension = ", options_.dimension,
                " times experiment.steps = ", options_.steps,
                " in method full): use method plane, which is exact at any dimension");
}

/// Outside the plane a step multiplies y by 1 + on_y; beyond -1 it blows noise up.
void ExactScore::check_stability() const {
  double worst = 0;
  for (std::size_t i = 0; i < problem_.samplers().size(); ++i) {
    for (std::size_t k = 1; k <= problem_.grid().steps; ++k) {
      const double shrink = problem_.samplers()[i].score == sde::ScoreKind::joint
                                ? -sde::joint_step(problem_, i, k).eigenvalues().real().minCoeff()
                                : -sde::conditional_step(problem_, i, k).on_y;
      worst = std::max(worst, shrink);
    }
  }
  require_input(worst < 2,
                "the Euler-Maruyama step is unstable (experiment.steps = ", options_.steps,
                ", a step contracts by ", worst, " > 2): use at least ",
                std::llround(std::ceil(worst * to_real(options_.steps) / 1.9)), " steps");
}

void ExactScore::read_times(const std::vector<double>& times) {
  for (const double t : times) {
    require_input(t >= 0 && t <= options_.duration * (1 + 1e-12),
                  "a time lies outside the trajectory (axes.time, saw ", t,
                  "): give times between "
                  "0 and experiment.duration = ",
                  options_.duration);
    time_steps_.push_back(std::llround(t / options_.grid().step()));
  }
  observed_steps_ = time_steps_;
  std::erase(observed_steps_, std::size_t{0});
  std::sort(observed_steps_.rbegin(), observed_steps_.rend());
  observed_steps_.erase(std::unique(observed_steps_.begin(), observed_steps_.end()),
                        observed_steps_.end());
}

double ExactScore::cost(const Unit& /*unit*/) const {
  double seconds = 0;
  for (const sde::Space space : spaces_) {
    const double components = space == sde::Space::plane ? 2.0 : to_real(options_.dimension);
    // About a nanosecond per sampler and step in the plane, measured; a sixth of one per further
    // coordinate; noise for X and Y once for all samplers.
    const double per_step =
        to_real(problem_.samplers().size()) * (0.7e-9 + 0.17e-9 * components) + 3e-9 * components;
    seconds += to_real(options_.trials) * to_real(options_.steps) * per_step;
  }
  return seconds;
}

double ExactScore::memory() const {
  double bytes = 0;
  for (const sde::Space space : spaces_)
    bytes = std::max(bytes, sde::ReverseSampler::memory(problem_, options_.dimension, space));
  return bytes;
}

void ExactScore::run(const Unit& unit, Results& results, const RunContext& context) const {
  for (std::int64_t method = 0; method < std::ssize(spaces_); ++method)
    run_method(unit, method, results, context);
  const auto data = options_.data(unit.real("theta"));
  const auto perfect =
      theory::perfect_conditional_metrics(data.dimension, data.mean_norm(), data.variance);
  results.cells("perfect_accuracy").set(perfect.accuracy);
  results.cells("perfect_mse").set(perfect.plane_mse);
  results.cells("perfect_nll").set(perfect.nll);
  auto exact = results.cells("terminal_variance_exact");
  auto limit = results.cells("terminal_variance_limit");
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const SamplerPlace& at = places_[i];
    if (at.is_baseline()) continue;
    exact.set(variance_[i], at.score, at.schedule, at.coupling);
    limit.set(variance_limit_[i], at.score, at.schedule, at.coupling);
  }
}

void ExactScore::run_method(const Unit& unit, std::int64_t method, Results& results,
                            const RunContext& context) const {
  const std::size_t samplers = places_.size();
  const auto data = options_.data(unit.real("theta"));
  const sde::ReverseStreams streams(context.sweep_seed, unit.integer("seed"), spaces_[method]);
  sde::ReverseSampler sampler(problem_, data, spaces_[method], streams);
  std::vector<MetricMeans> means(samplers);
  ClassHistory history(samplers, time_steps_.size());
  const auto remember = [&](std::size_t i, std::size_t step, std::uint64_t y_sides) {
    for (std::size_t t = 0; t < time_steps_.size(); ++t)
      if (time_steps_[t] == step) history.remember(i, t, y_sides);
  };
  sampler.run(0, options_.trials, observed_steps_, [&](const sde::BlockView& view) {
    TrialMetrics baseline;
    for (std::size_t i = 0; i < samplers; ++i) {
      const std::uint64_t y_sides = sides(view.target(i), data.angle);
      remember(i, view.step(), y_sides);
      if (view.step() > 0) continue;
      history.finish(i, view.trials(), sides(view.source(i), 0), y_sides);
      const TrialMetrics metrics = measure_trials(view, i, data);
      if (places_[i].is_baseline()) baseline = metrics;
      means[i].add(metrics, baseline);
    }
  });
  store_means(data, method, means, results);
  store_history(method, history, results);
}

void ExactScore::store_means(const sde::TwoClassData& data, std::int64_t method,
                             const std::vector<MetricMeans>& means, Results& results) const {
  const auto shifted = [](Estimate estimate, double shift) {
    estimate.value += shift;
    return estimate;
  };
  // In the plane the other coordinates' share of the likelihood comes in as its exact mean.
  const bool plane = spaces_[method] == sde::Space::plane;
  const auto outside = [&](std::int64_t sampler) {
    return plane ? nll_outside_plane(data, variance_[sampler]) : 0;
  };
  results.cells("terminal_variance").none(method);
  for (std::int64_t i = 0; i < std::ssize(means); ++i) {
    const SamplerPlace& at = places_[i];
    const auto put = [&](const std::string& name, const Estimate& estimate) {
      if (at.is_baseline())
        results.cells("baseline_" + name).set(estimate, method, at.score);
      else
        results.cells(name).set(estimate, method, at.score, at.schedule, at.coupling);
    };
    put("accuracy", means[i].accuracy.share_estimate());
    put("mse", means[i].mse.estimate());
    put("nll", shifted(means[i].nll.estimate(), outside(i)));
    if (at.is_baseline()) continue;
    put("delta_accuracy", means[i].delta_accuracy.estimate());
    put("delta_mse", means[i].delta_mse.estimate());
    put("delta_nll", shifted(means[i].delta_nll.estimate(), outside(i) - outside(at.baseline)));
    if (means[i].outside.count() > 0) put("terminal_variance", means[i].outside.estimate());
  }
}

void ExactScore::store_history(std::int64_t method, const ClassHistory& history,
                               Results& results) const {
  for (std::int64_t i = 0; i < std::ssize(places_); ++i) {
    const SamplerPlace& at = places_[i];
    const auto put = [&](const std::string& name, double value, std::int64_t t) {
      if (at.is_baseline())
        results.cells("baseline_" + name).set(value, method, at.score, t);
      else
        results.cells(name).set(value, method, at.score, at.schedule, at.coupling, t);
    };
    for (std::int64_t t = 0; t < std::ssize(time_steps_); ++t) {
      put("agreement", history.agreement(i, t), t);
      put("commitment", history.commitment(i, t), t);
    }
  }
}

}  // namespace

std::unique_ptr<Experiment> make_exact_score() {
  return declare<ExactScoreOptions>({
      .name = "exact_score",
      .summary = "conditional generation by reverse-time SDEs with population scores, printed and "
                 "exact (multimodal, appendix C, figures 12-14)",
      .axes = exact_score_axes,
      .observables = exact_score_observables,
      .plan = plan_as<ExactScore, ExactScoreOptions>,
      .prepare = prepare_as<ExactScore, ExactScoreOptions>,
  });
}

}  // namespace syncgap::experiments
