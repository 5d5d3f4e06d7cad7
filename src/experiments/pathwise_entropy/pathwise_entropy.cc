#include "experiments/pathwise_entropy/pathwise_entropy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "experiments/pathwise_entropy/declaration.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/named_mixtures.h"
#include "observables/estimate.h"
#include "sde/reverse_mixture.h"
#include "theory/decision_tree.h"
#include "theory/diffusion_process.h"
#include "theory/information.h"
#include "theory/peaks.h"
#include "theory/signal_to_noise.h"

namespace syncgap::experiments {
namespace {

using Eigen::Index;
using theory::DataMixture;
using theory::DiffusionProcess;
using theory::EntropyParts;
using theory::Information;
using theory::NoisedMixture;
using theory::Peak;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Entropies along all trajectories at every level, level by level.
struct Ensemble {
  std::vector<std::vector<double>> entropy, label_entropy;  ///< (levels, trials)
};

/// One unit's problem: a process, the mixture of its d, and the times on the axis u.
struct Problem {
  DiffusionProcess process;
  double d = 1.0;
  theory::SpanReduction data;  ///< means scaled by sqrt(d)
  std::vector<double> times, levels;

  bool on_line() const { return data.reduced.dimension() == 1; }
};

class PathwiseEntropy : public Prepared {
 public:
  PathwiseEntropy(const PathwiseEntropyOptions& options, const Grid& grid);

  double cost() const;
  double memory() const;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  Problem problem(const Unit& unit) const;
  double time_unit(const DiffusionProcess& process, double d) const;
  void write_clock(const Problem& problem, Results& results) const;
  void write_exact(const Problem& problem, Results& results) const;
  void write_density(const Problem& problem, Results& results) const;
  void write_trajectories(const Problem& problem, const sde::MixtureStreams& streams,
                          Results& results) const;
  void write_rises(const Ensemble& ensemble, Results& results) const;
  void write_peaks(const Problem& problem, Results& results) const;
  void write_prediction(const Problem& problem, Results& results) const;

  PathwiseEntropyOptions options_;
  std::vector<double> u_, positions_;
  std::int64_t paths_, peaks_;
};

PathwiseEntropy::PathwiseEntropy(const PathwiseEntropyOptions& options, const Grid& grid)
    : options_(options),
      u_(axis_values<double>(grid, "u")),
      positions_(axis_values<double>(grid, "position")),
      paths_(grid.axis("path").size()),
      peaks_(grid.axis("peak").size()) {
  require_increasing(grid, "u", 2);
  require_increasing(grid, "position", 1);
  require_input(u_.front() > 0.0, "axis 'u' begins at ", u_.front(), ": give times above 0");
  require_input(paths_ <= options_.trials, "axis 'path' has ", paths_,
                " values but there are only ", options_.trials,
                " trials: give fewer paths, or more experiment.trials");
  listed_mixture(options_.means, options_.mean_dimension, options_.weights, {options_.variance});
  for (const std::int64_t d : axis_values<std::int64_t>(grid, "d")) {
    require_input(d >= 1, "axis 'd' holds ", d, ": a dimension is at least 1");
    for (const std::string& label : axis_values<std::string>(grid, "process"))
      require_input(time_unit(DiffusionProcess(theory::process_kind(label)), to_real(d)) > 0.0,
                    "the speciation time of process '", label, "' at d = ", d,
                    " is 0, so that u = t / t_S has no meaning: give d > 1 or "
                    "experiment.time_unit = \"one\"");
  }
}

double PathwiseEntropy::time_unit(const DiffusionProcess& process, double d) const {
  return options_.time_unit == TimeUnit::one ? 1.0 : theory::scaling_speciation_time(process, d);
}

double PathwiseEntropy::cost() const {
  const double levels = to_real(u_.size());
  // Measured: 3 ms per quadrature with entropies of Gaussians, 4 us per step and entropy of those.
  const bool points = options_.variance == 0.0;
  return levels * (points ? 1e-4 : 3e-3) +
         levels * to_real(options_.trials) *
             (to_real(options_.substeps) * 5e-7 + (points ? 1e-7 : 4e-6));
}

double PathwiseEntropy::memory() const {
  return to_real(options_.trials) * to_real(u_.size()) * 16.0;
}

Problem PathwiseEntropy::problem(const Unit& unit) const {
  const DiffusionProcess process(theory::process_kind(unit.label("process")));
  const auto d = to_real(unit.integer("d"));
  const DataMixture prototypes = listed_mixture(options_.means, options_.mean_dimension,
                                                options_.weights, {options_.variance});
  Problem problem{
      process, d, theory::reduce_to_span(prototypes.with_means_scaled(std::sqrt(d))), {}, {}};
  for (const double u : u_) {
    const double t = u * time_unit(process, d);
    problem.times.push_back(t);
    problem.levels.push_back(process.reduced_noise(t));
  }
  return problem;
}

void PathwiseEntropy::run(const Unit& unit, Results& results, const RunContext& context) const {
  const Problem unit_problem = problem(unit);
  // Dimensions and processes share their random numbers.
  const sde::MixtureStreams streams{
      RandomStream(context.sweep_seed, "trajectory label", {unit.integer("seed")}),
      RandomStream(context.sweep_seed, "trajectory noise", {unit.integer("seed")})};
  write_clock(unit_problem, results);
  write_trajectories(unit_problem, streams, results);
  // Quadratures need data on a line, peaks may be fewer than there is room for.
  results.none({"entropy_exact", "entropy_variance_exact", "label_entropy_exact",
                "label_entropy_variance_exact", "rate_exact", "log_density", "variance_peak_time",
                "variance_peak_height", "variance_peak_width", "rate_peak_time", "branching_time",
                "peak_signal_to_noise", "predicted_peak_height", "predicted_peak_time",
                "predicted_peak_width"});
  if (!unit_problem.on_line()) return;
  write_exact(unit_problem, results);
  write_density(unit_problem, results);
  write_peaks(unit_problem, results);
  write_prediction(unit_problem, results);
}

void PathwiseEntropy::write_clock(const Problem& problem, Results& results) const {
  for (std::size_t i = 0; i < u_.size(); ++i) {
    results.cells("time").set(problem.times[i], i);
    results.cells("noise").set(std::sqrt(problem.levels[i]), i);
    results.cells("signal_to_noise")
        .set(theory::signal_to_noise(problem.d, options_.variance, problem.levels[i]), i);
  }
  results.cells("speciation_time").set(theory::scaling_speciation_time(problem.process, problem.d));
}

void PathwiseEntropy::write_exact(const Problem& problem, Results& results) const {
  const Index dimension = problem.data.reduced.dimension() + problem.data.left_out;
  for (std::size_t i = 0; i < u_.size(); ++i) {
    const Information found = theory::reduced_information(problem.data, problem.levels[i]);
    results.cells("entropy_exact").set(found.entropy, i);
    results.cells("entropy_variance_exact").set(found.entropy_variance, i);
    results.cells("label_entropy_exact").set(found.label_entropy, i);
    results.cells("label_entropy_variance_exact").set(found.label_entropy_variance, i);
    results.cells("rate_exact")
        .set(theory::information_rates(found, dimension, problem.process, problem.times[i])
                 .denoising_error,
             i);
  }
}

void PathwiseEntropy::write_density(const Problem& problem, Results& results) const {
  if (problem.data.left_out > 0) return;
  auto log_density = results.cells("log_density");
  Eigen::VectorXd x(1);
  for (std::size_t i = 0; i < u_.size(); ++i) {
    const NoisedMixture noised(problem.data.reduced, problem.levels[i]);
    const double alpha = problem.process.signal(problem.times[i]);
    for (std::size_t j = 0; j < positions_.size(); ++j) {
      x[0] = positions_[j] / alpha;
      log_density.set(noised.log_density(x) - std::log(alpha), i, j);
    }
  }
}

void PathwiseEntropy::write_trajectories(const Problem& problem, const sde::MixtureStreams& streams,
                                         Results& results) const {
  const std::size_t levels = u_.size();
  const std::int64_t trials = options_.trials;
  const std::vector<double> descending(problem.levels.rbegin(), problem.levels.rend());
  const sde::ReverseMixture reverse(problem.data.reduced, descending, options_.step,
                                    options_.substeps);
  std::vector<NoisedMixture> noised;
  for (const double s : problem.levels) noised.emplace_back(problem.data.reduced, s);
  // h is known pointwise for points and on a line; the directions left out add a constant.
  const bool pathwise = problem.data.reduced.are_points() || problem.on_line();
  Ensemble ensemble{std::vector(levels, std::vector<double>(trials)),
                    std::vector(levels, std::vector<double>(trials))};
  auto position = results.cells("path_position"), path_entropy = results.cells("path_entropy");
  for (std::int64_t trial = 0; trial < trials; ++trial) {
    const Eigen::MatrixXd path = reverse.run(streams, trial);
    for (std::size_t i = 0; i < levels; ++i) {
      const Eigen::VectorXd x = path.col(levels - 1 - i);
      const theory::PosteriorState state = noised[i].at(x);
      const double others = theory::left_out_information(problem.data, problem.levels[i]).entropy;
      ensemble.label_entropy[i][trial] = state.label_entropy();
      ensemble.entropy[i][trial] =
          pathwise ? theory::pathwise_entropy(noised[i], x, state) + others : kNone;
      if (trial >= paths_) continue;
      position.set(problem.process.signal(problem.times[i]) * x[0], trial, i);
      path_entropy.set_or_none(ensemble.entropy[i][trial], trial, i);
    }
  }
  for (std::size_t i = 0; i < levels; ++i) {
    const auto& entropy = ensemble.entropy[i];
    results.cells("entropy").set_or_none(observables::estimate_mean(entropy), i);
    results.cells("entropy_variance").set_or_none(observables::estimate_variance(entropy), i);
    const auto& label = ensemble.label_entropy[i];
    results.cells("label_entropy").set(observables::estimate_mean(label), i);
    results.cells("label_entropy_variance").set(observables::estimate_variance(label), i);
  }
  write_rises(ensemble, results);
}

void PathwiseEntropy::write_rises(const Ensemble& ensemble, Results& results) const {
  const std::size_t trials = ensemble.entropy.front().size();
  std::vector<double> rises(trials);
  std::size_t risen = 0;
  for (std::size_t trial = 0; trial < trials; ++trial) {
    double lowest = std::numeric_limits<double>::infinity(), largest = 0.0;
    for (std::size_t i = ensemble.entropy.size(); i-- > 0;) {  // reverse time
      const double here = ensemble.entropy[i][trial];
      lowest = std::min(lowest, here);
      largest = std::max(largest, here - lowest);
    }
    rises[trial] = std::isnan(ensemble.entropy.front()[trial]) ? kNone : largest;
    risen += largest > options_.rise_threshold ? 1 : 0;
  }
  const Estimate rise = observables::estimate_mean(rises);
  results.cells("largest_rise").set_or_none(rise);
  if (std::isnan(rise.value))
    results.cells("rising_share").none();
  else
    results.cells("rising_share").set(to_real(risen) / to_real(trials));
}

void PathwiseEntropy::write_peaks(const Problem& problem, Results& results) const {
  const Index dimension = problem.data.reduced.dimension() + problem.data.left_out;
  const auto variance = [&](double t) {
    return theory::reduced_information(problem.data, problem.process.reduced_noise(t))
        .entropy_variance;
  };
  const auto rate = [&](double t) {
    const double s = problem.process.reduced_noise(t);
    const Information found =
        theory::reduced_information(problem.data, s, EntropyParts::label_only);
    return theory::information_rates(found, dimension, problem.process, t).denoising_error;
  };
  const double first = problem.times.front(), last = problem.times.back();
  const auto variance_peaks = theory::local_maxima(variance, problem.times);
  for (std::int64_t i = 0; i < std::min<std::int64_t>(variance_peaks.size(), peaks_); ++i) {
    const Peak& peak = variance_peaks[i];
    results.cells("variance_peak_time").set(peak.position, i);
    results.cells("variance_peak_height").set(peak.height, i);
    // V_h need not fall to half of a peak between the first and the last time.
    results.cells("variance_peak_width")
        .set_or_none(theory::half_width(variance, peak, first, last).width(), i);
  }
  const auto rate_peaks = theory::local_maxima(rate, problem.times);
  for (std::int64_t i = 0; i < std::min<std::int64_t>(rate_peaks.size(), peaks_); ++i)
    results.cells("rate_peak_time").set(rate_peaks[i].position, i);

  const theory::DecisionTree tree = theory::follow_paths(problem.data.reduced, problem.levels);
  std::int64_t written = 0;
  double before = 0.0;
  for (const theory::Branching& event : tree.branchings) {
    // Decisions that mirror each other are one time.
    if (written == peaks_ || event.noise < before * (1.0 + 1e-6)) continue;
    before = event.noise;
    results.cells("branching_time").set(problem.process.time_of(event.noise), written++);
  }
}

void PathwiseEntropy::write_prediction(const Problem& problem, Results& results) const {
  if (problem.data.reduced.count() < 2) return;
  const DataMixture prototypes = DataMixture::of_points(
      problem.data.reduced.means() / std::sqrt(problem.d), problem.data.reduced.weights());
  if (!(prototypes.total_variance() > 0.0)) return;
  const Peak peak = theory::label_entropy_variance_peak(prototypes);
  const auto in_log = [&](double log_eta) {
    return theory::label_entropy_variance(prototypes, std::exp(log_eta));
  };
  const double centre = std::log(peak.position);
  const theory::HalfWidth half =
      theory::half_width(in_log, {centre, peak.height}, centre - 7.0, centre + 5.0);
  const auto time_of = [&](double eta) {
    return theory::time_of_signal_to_noise(problem.process, problem.d, options_.variance, eta);
  };
  results.cells("peak_signal_to_noise").set(peak.position);
  results.cells("predicted_peak_height").set(peak.height);
  // With variance within the classes eta is bounded, and a process need not come that far.
  results.cells("predicted_peak_time").set_or_none(time_of(peak.position));
  results.cells("predicted_peak_width")
      .set_or_none(time_of(std::exp(half.left)) - time_of(std::exp(half.right)));
}

}  // namespace

std::unique_ptr<Experiment> make_pathwise_entropy() {
  return declare<PathwiseEntropyOptions>({
      .name = "pathwise_entropy",
      .summary = "conditional entropy along reverse trajectories, its variance and the speciation "
                 "time (information, section 7, figures 3-5)",
      .axes = pathwise_entropy_axes,
      .observables = pathwise_entropy_observables,
      .plan =
          [](const PathwiseEntropyOptions& options, const Grid& grid) {
            const auto work = std::make_shared<const PathwiseEntropy>(options, grid);
            return Plan{[cost = work->cost()](const Unit&) { return cost; }, work->memory()};
          },
      .prepare = prepare_as<PathwiseEntropy, PathwiseEntropyOptions>,
  });
}

}  // namespace syncgap::experiments
