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
#include "experiments/pathwise_entropy/work.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/named_mixtures.h"
#include "observables/estimate.h"
#include "sde/reverse_mixture.h"
#include "theory/diffusion_process.h"
#include "theory/information.h"
#include "theory/signal_to_noise.h"

namespace syncgap::experiments {
namespace {

using theory::DataMixture;
using theory::DiffusionProcess;
using theory::NoisedMixture;

}  // namespace

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

double PathwiseEntropy::cost(const Unit& /*unit*/) const {
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
          pathwise ? theory::pathwise_entropy(noised[i], x, state) + others : kNoValue;
      if (trial >= paths_) continue;
      position.set(problem.process.signal(problem.times[i]) * x[0], trial, i);
      path_entropy.set_or_none(ensemble.entropy[i][trial], trial, i);
    }
  }
  // An ensemble without one of the rare undecided trajectories would have an error of its own size.
  // The entropy of K classes spans log K, and so does h where they have one variance.
  const double range = std::log(to_real(problem.data.reduced.count()));
  for (std::size_t i = 0; i < levels; ++i) {
    const auto& entropy = ensemble.entropy[i];
    results.cells("entropy").set_or_none(observables::estimate_mean_within(entropy, range), i);
    results.cells("entropy_variance")
        .set_or_none(observables::estimate_variance_within(entropy, range), i);
    const auto& label = ensemble.label_entropy[i];
    results.cells("label_entropy").set(observables::estimate_mean_within(label, range), i);
    results.cells("label_entropy_variance")
        .set(observables::estimate_variance_within(label, range), i);
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
    rises[trial] = std::isnan(ensemble.entropy.front()[trial]) ? kNoValue : largest;
    risen += largest > options_.rise_threshold ? 1 : 0;
  }
  const Estimate rise = observables::estimate_mean(rises);
  results.cells("largest_rise").set_or_none(rise);
  if (std::isnan(rise.value))
    results.cells("rising_share").none();
  else
    results.cells("rising_share").set(to_real(risen) / to_real(trials));
}

std::unique_ptr<Experiment> make_pathwise_entropy() {
  return declare<PathwiseEntropyOptions>({
      .name = "pathwise_entropy",
      .summary = "conditional entropy along reverse trajectories, its variance and the speciation "
                 "time (information, section 7, figures 3-5)",
      .axes = pathwise_entropy_axes,
      .observables = pathwise_entropy_observables,
      .plan = plan_as<PathwiseEntropy, PathwiseEntropyOptions>,
      .prepare = prepare_as<PathwiseEntropy, PathwiseEntropyOptions>,
  });
}

}  // namespace syncgap::experiments
