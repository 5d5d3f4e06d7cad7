#include "experiments/pathwise_entropy/pathwise_entropy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "core/check.h"
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
using observables::Estimate;
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

class PathwiseEntropy final : public Experiment {
 public:
  std::string name() const override { return "pathwise_entropy"; }
  std::string summary() const override {
    return "conditional entropy along reverse trajectories, its variance and the speciation time "
           "(004, section 7, figures 3-5)";
  }
  OptionTable& options() override { return table_; }
  std::vector<Axis> axes() const override { return pathwise_entropy_axes(); }
  std::vector<Observable> observables() const override { return pathwise_entropy_observables(); }
  void prepare(const Grid& grid) override;
  double cost(const Unit& unit) const override;
  double memory() const override;
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
  OptionTable table_ = options_.table();

  // Set by prepare().
  std::vector<double> u_, positions_;
  std::size_t paths_ = 0, peaks_ = 0;
};

void PathwiseEntropy::prepare(const Grid& grid) {
  require_increasing(grid, "u", 2);
  require_increasing(grid, "position", 1);
  u_ = axis_values<double>(grid, "u");
  positions_ = axis_values<double>(grid, "position");
  paths_ = grid.axis("path").size();
  peaks_ = grid.axis("peak").size();
  require_input(u_.front() > 0.0, "axis 'u' begins at ", u_.front(), ": give times above 0");
  require_input(static_cast<std::int64_t>(paths_) <= options_.trials, "axis 'path' has ", paths_,
                " values but there are only ", options_.trials,
                " trials: give fewer paths, or more experiment.trials");
  listed_mixture(options_.means, options_.mean_dimension, options_.weights, {options_.variance});
  for (const std::int64_t d : axis_values<std::int64_t>(grid, "d")) {
    require_input(d >= 1, "axis 'd' holds ", d, ": a dimension is at least 1");
    for (const std::string& label : axis_values<std::string>(grid, "process"))
      require_input(
          time_unit(DiffusionProcess(theory::process_kind(label)), static_cast<double>(d)) > 0.0,
          "the speciation time of process '", label, "' at d = ", d,
          " is 0, so that u = t / t_S has no meaning: give d > 1 or "
          "experiment.time_unit = \"one\"");
  }
}

double PathwiseEntropy::time_unit(const DiffusionProcess& process, double d) const {
  return options_.time_unit == "one" ? 1.0 : theory::scaling_speciation_time(process, d);
}

double PathwiseEntropy::cost(const Unit&) const {
  const double levels = static_cast<double>(u_.size());
  // Measured: 3 ms per quadrature with entropies of Gaussians, 4 us per step and entropy of those.
  const bool points = options_.variance == 0.0;
  return levels * (points ? 1e-4 : 3e-3) +
         levels * static_cast<double>(options_.trials) *
             (static_cast<double>(options_.substeps) * 5e-7 + (points ? 1e-7 : 4e-6));
}

double PathwiseEntropy::memory() const {
  return static_cast<double>(options_.trials) * static_cast<double>(u_.size()) * 16.0;
}

Problem PathwiseEntropy::problem(const Unit& unit) const {
  const DiffusionProcess process(theory::process_kind(unit.label("process")));
  const auto d = static_cast<double>(unit.integer("d"));
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
  if (!unit_problem.on_line()) return;
  write_exact(unit_problem, results);
  write_density(unit_problem, results);
  write_peaks(unit_problem, results);
  write_prediction(unit_problem, results);
}

void PathwiseEntropy::write_clock(const Problem& problem, Results& results) const {
  for (std::size_t i = 0; i < u_.size(); ++i) {
    results["time"][i] = problem.times[i];
    results["noise"][i] = std::sqrt(problem.levels[i]);
    results["signal_to_noise"][i] =
        theory::signal_to_noise(problem.d, options_.variance, problem.levels[i]);
  }
  results["speciation_time"][0] = theory::scaling_speciation_time(problem.process, problem.d);
}

void PathwiseEntropy::write_exact(const Problem& problem, Results& results) const {
  const Index dimension = problem.data.reduced.dimension() + problem.data.left_out;
  for (std::size_t i = 0; i < u_.size(); ++i) {
    const Information found = theory::reduced_information(problem.data, problem.levels[i]);
    results["entropy_exact"][i] = found.entropy;
    results["entropy_variance_exact"][i] = found.entropy_variance;
    results["label_entropy_exact"][i] = found.label_entropy;
    results["label_entropy_variance_exact"][i] = found.label_entropy_variance;
    results["rate_exact"][i] =
        theory::information_rates(found, dimension, problem.process, problem.times[i])
            .denoising_error;
  }
}

void PathwiseEntropy::write_density(const Problem& problem, Results& results) const {
  if (problem.data.left_out > 0) return;
  Eigen::VectorXd x(1);
  for (std::size_t i = 0; i < u_.size(); ++i) {
    const NoisedMixture noised(problem.data.reduced, problem.levels[i]);
    const double alpha = problem.process.signal(problem.times[i]);
    for (std::size_t j = 0; j < positions_.size(); ++j) {
      x[0] = positions_[j] / alpha;
      results["log_density"][i * positions_.size() + j] = noised.log_density(x) - std::log(alpha);
    }
  }
}

void PathwiseEntropy::write_trajectories(const Problem& problem, const sde::MixtureStreams& streams,
                                         Results& results) const {
  const std::size_t levels = u_.size();
  const auto trials = static_cast<std::size_t>(options_.trials);
  const std::vector<double> descending(problem.levels.rbegin(), problem.levels.rend());
  const auto step = options_.step == "score" ? sde::ReverseStep::score : sde::ReverseStep::exact;
  const sde::ReverseMixture reverse(problem.data.reduced, descending, step,
                                    static_cast<std::size_t>(options_.substeps));
  std::vector<NoisedMixture> noised;
  for (const double s : problem.levels) noised.emplace_back(problem.data.reduced, s);
  // h is known pointwise for points and on a line; the directions left out add a constant.
  const bool pathwise = problem.data.reduced.are_points() || problem.on_line();
  Ensemble ensemble{std::vector(levels, std::vector<double>(trials)),
                    std::vector(levels, std::vector<double>(trials))};
  for (std::size_t trial = 0; trial < trials; ++trial) {
    const Eigen::MatrixXd path = reverse.run(streams, trial);
    for (std::size_t i = 0; i < levels; ++i) {
      const Eigen::VectorXd x = path.col(static_cast<Index>(levels - 1 - i));
      const theory::PosteriorState state = noised[i].at(x);
      const double others = theory::left_out_information(problem.data, problem.levels[i]).entropy;
      ensemble.label_entropy[i][trial] = state.label_entropy();
      ensemble.entropy[i][trial] =
          pathwise ? theory::pathwise_entropy(noised[i], x, state) + others : kNone;
      if (trial >= paths_) continue;
      results["path_position"][trial * levels + i] =
          problem.process.signal(problem.times[i]) * x[0];
      results["path_entropy"][trial * levels + i] = ensemble.entropy[i][trial];
    }
  }
  const auto write = [&](const std::string& name, std::size_t i, const Estimate& found) {
    results[name][i] = found.value;
    results[name + "_error"][i] = found.standard_error;
  };
  for (std::size_t i = 0; i < levels; ++i) {
    write("entropy", i, observables::estimate_mean(ensemble.entropy[i]));
    write("entropy_variance", i, observables::estimate_variance(ensemble.entropy[i]));
    write("label_entropy", i, observables::estimate_mean(ensemble.label_entropy[i]));
    write("label_entropy_variance", i, observables::estimate_variance(ensemble.label_entropy[i]));
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
  results["largest_rise"][0] = rise.value;
  results["largest_rise_error"][0] = rise.standard_error;
  if (!std::isnan(rise.value))
    results["rising_share"][0] = static_cast<double>(risen) / static_cast<double>(trials);
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
  for (std::size_t i = 0; i < std::min(variance_peaks.size(), peaks_); ++i) {
    const Peak& peak = variance_peaks[i];
    results["variance_peak_time"][i] = peak.position;
    results["variance_peak_height"][i] = peak.height;
    results["variance_peak_width"][i] = theory::half_width(variance, peak, first, last).width();
  }
  const auto rate_peaks = theory::local_maxima(rate, problem.times);
  for (std::size_t i = 0; i < std::min(rate_peaks.size(), peaks_); ++i)
    results["rate_peak_time"][i] = rate_peaks[i].position;

  const theory::DecisionTree tree = theory::follow_paths(problem.data.reduced, problem.levels);
  std::size_t written = 0;
  double before = 0.0;
  for (const theory::Branching& event : tree.branchings) {
    // Decisions that mirror each other are one time.
    if (written == peaks_ || event.noise < before * (1.0 + 1e-6)) continue;
    before = event.noise;
    results["branching_time"][written++] = problem.process.time_of(event.noise);
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
  results["peak_signal_to_noise"][0] = peak.position;
  results["predicted_peak_height"][0] = peak.height;
  results["predicted_peak_time"][0] = time_of(peak.position);
  results["predicted_peak_width"][0] = time_of(std::exp(half.left)) - time_of(std::exp(half.right));
}

}  // namespace

std::unique_ptr<Experiment> make_pathwise_entropy() { return std::make_unique<PathwiseEntropy>(); }

}  // namespace syncgap::experiments
