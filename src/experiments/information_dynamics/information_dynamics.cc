#include "experiments/information_dynamics/information_dynamics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "experiments/information_dynamics/declaration.h"
#include "experiments/information_dynamics/work.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/named_mixtures.h"
#include "observables/estimate.h"

namespace syncgap::experiments {

using Eigen::Index;
using observables::estimate_mean;
using observables::estimate_mean_within;
using theory::DataMixture;
using theory::Information;
using theory::NoisedMixture;

namespace {

/// Largest squared distance of two components' means.
double squared_diameter(const DataMixture& data) {
  double largest = 0.0;
  for (Index a = 0; a < data.count(); ++a)
    for (Index b = 0; b < a; ++b)
      largest = std::max(largest, (data.means().col(a) - data.means().col(b)).squaredNorm());
  return largest;
}

}  // namespace

InformationDynamics::InformationDynamics(const InformationDynamicsOptions& options,
                                         const Grid& grid)
    : options_(options),
      noise_(axis_values<double>(grid, "noise")),
      positions_(axis_values<double>(grid, "position")),
      spectrum_trials_(std::min(options.spectrum_trials, options.trials)),
      paths_(grid.axis("path").size()),
      coordinates_(grid.axis("coordinate").size()),
      roots_(grid.axis("root").size()),
      eigenvalues_(grid.axis("eigenvalue").size()),
      peaks_(grid.axis("peak").size()) {
  require_increasing(grid, "noise", 2);
  require_increasing(grid, "position", 1);
  require_input(noise_.front() > 0.0, "axis 'noise' begins at ", noise_.front(),
                ": give noise levels above 0");
  for (const std::string& label : axis_values<std::string>(grid, "process"))
    processes_.emplace_back(theory::process_kind(label));
  const auto extent = [&](const char* axis) { return grid.axis(axis).size(); };
  require_input(extent("other_path") == paths_, "axis 'other_path' has ", extent("other_path"),
                " values and axis 'path' ", paths_, ": give both the same ones");
  for (const std::string& label : axis_values<std::string>(grid, "data")) {
    const DataMixture data = data_of(label, 0);
    const std::int64_t d = data.dimension();
    const std::int64_t k = data.count();
    require_input(d <= eigenvalues_, "data set '", label, "' has ", d,
                  " dimensions but axis 'eigenvalue' only ", eigenvalues_,
                  " values: give axes.eigenvalue = { range = [0, ", d, "] }");
    if (k > paths_) continue;
    require_input(d > 1 || 2 * k - 1 <= roots_, "data set '", label, "' can have ", 2 * k - 1,
                  " fixed points but axis 'root' only ", roots_,
                  " values: give axes.root = { range = [0, ", 2 * k - 1, "] }");
  }
}

DataMixture InformationDynamics::data_of(const std::string& name, std::uint64_t sweep_seed) const {
  return named_mixture(name, options_.mixture, sweep_seed);
}

double InformationDynamics::cost(const Unit& unit) const {
  const DataMixture data = data_of(unit.label("data"), 0);
  const auto k = to_real(data.count()), d = to_real(data.dimension());
  const double levels = to_real(noise_.size());
  // Measured: some 40 ns per component, .5 ns per number it has, and D^3 per spectrum.
  return levels * (to_real(options_.trials) * (2e-7 + k * (4e-8 + 2e-9 * d)) +
                   to_real(spectrum_trials_) * d * d * (k + 10.0 * d) * 1e-9);
}

double InformationDynamics::memory() const {
  // Samples of two vectors and eight numbers each.
  return to_real(options_.trials) * to_real(2 * eigenvalues_ + 9) * 8.0;
}

void InformationDynamics::run(const Unit& unit, Results& results, const RunContext& context) const {
  const std::string& label = unit.label("data");
  const DataMixture data = data_of(label, context.sweep_seed);
  const sde::MixtureStreams streams{
      RandomStream(context.sweep_seed, "mixture label", {unit.integer("seed")}),
      RandomStream(context.sweep_seed, "mixture noise", {unit.integer("seed")})};
  write_clocks(data.dimension(), results);
  write_exact(data, results);
  write_sampled(data, streams, results);
  // Paths are followed where there is room for them, roots and peaks may be fewer than there is.
  results.none({"fixed_point", "stability", "mode_count", "branching_noise", "branching_time",
                "branching_jump", "centre_noise", "centre_time", "line_fixed_point",
                "line_stability", "log_density", "log_rate_peak_noise", "rate_peak_time",
                "variance_peak_noise", "variance_peak_time"});
  if (data.count() <= paths_) write_paths(data, results);
  if (data.dimension() == 1) write_line(data, results);
  write_peaks(data, results);
}

void InformationDynamics::write_clocks(Index dimension, Results& results) const {
  for (std::size_t p = 0; p < processes_.size(); ++p) {
    for (std::size_t i = 0; i < noise_.size(); ++i) {
      const double t = processes_[p].time_of(reduced_noise(i));
      results.cells("time").set(t, p, i);
      results.cells("signal").set(processes_[p].signal(t), p, i);
      results.cells("bandwidth").set(theory::bandwidth(dimension, processes_[p], t), p, i);
    }
  }
}

void InformationDynamics::write_exact(const DataMixture& data, Results& results) const {
  results.none({"entropy_exact", "entropy_variance_exact", "score_norm_exact",
                "concentration_exact", "log_rate_score_norm_exact", "log_rate_denoising_exact",
                "log_rate_divergence_exact", "rate_exact", "marginal_rate_exact"});
  for (std::size_t i = 0; i < noise_.size(); ++i) {
    const double s = reduced_noise(i);
    const std::optional<Information> found = theory::exact_information(data, s);
    if (!found) return;
    results.cells("entropy_exact").set_or_none(found->entropy, i);
    results.cells("entropy_variance_exact").set_or_none(found->entropy_variance, i);
    results.cells("score_norm_exact").set(s * found->score_norm, i);
    results.cells("concentration_exact").set(found->concentration, i);
    const LogRates rates = log_rates(*found, data.dimension(), s);
    results.cells("log_rate_score_norm_exact").set(rates.score_norm, i);
    results.cells("log_rate_denoising_exact").set(rates.denoising, i);
    results.cells("log_rate_divergence_exact").set(rates.divergence, i);
    for (std::size_t p = 0; p < processes_.size(); ++p) {
      const double t = processes_[p].time_of(s);
      results.cells("rate_exact")
          .set(
              theory::information_rates(*found, data.dimension(), processes_[p], t).denoising_error,
              p, i);
      results.cells("marginal_rate_exact")
          .set(theory::marginal_entropy_rate(*found, data.dimension(), processes_[p], t), p, i);
    }
  }
}

void InformationDynamics::write_sampled(const DataMixture& data, const sde::MixtureStreams& streams,
                                        Results& results) const {
  const theory::SpanReduction reduction = theory::reduce_to_span(data);
  const std::int64_t trials = options_.trials;
  const sde::MixtureSamples samples = sde::draw_samples(reduction.reduced, streams, trials);
  const double radius2 = data.total_variance();
  const auto left_out = to_real(reduction.left_out);
  std::vector<double> by_score(trials), by_error(trials), by_divergence(trials), gap(trials);
  const auto write = [&](const char* name, std::int64_t level, const Estimate& found) {
    results.cells(name).set_or_none(found, level);
  };
  // Where noise is weak a component is mistaken for another rarely or never: what that would have
  // contributed is in the error. What is not bounded has no value there: too few events.
  const double log_count = std::log(to_real(data.count()));
  const double unknown = data.count() == 1 ? 0.0 : std::numeric_limits<double>::infinity();
  const double entropy_range = data.has_one_variance() ? log_count : unknown;
  const double reach = data.are_points() ? squared_diameter(data) : unknown;
  for (std::size_t i = 0; i < noise_.size(); ++i) {
    const double s = reduced_noise(i);
    const NoisedMixture noised(reduction.reduced, s);
    const sde::InformationSamples found = sde::evaluate_samples(noised, samples);
    const Information others = theory::left_out_information(reduction, s);
    const bool pathwise = !std::isnan(found.entropy.front());
    Estimate entropy = pathwise ? estimate_mean_within(found.entropy, entropy_range)
                                : estimate_mean(found.surprise);
    entropy.value += others.entropy;
    // Gaussians without width in some direction have no density p(y|x), and in several dimensions
    // no closed form of h(x).
    if (pathwise || data.spectra().minCoeff() > 0.0)
      write("entropy", i, entropy);
    else
      results.cells("entropy").none(i);
    if (pathwise)
      write("entropy_variance", i,
            observables::estimate_variance_within(found.entropy, entropy_range));
    else
      results.cells("entropy_variance").none(i);
    Estimate score_norm = estimate_mean(found.score_norm);
    score_norm.value = s * (score_norm.value + others.score_norm);
    score_norm.standard_error *= s;
    write("score_norm", i, score_norm);
    const Estimate concentration =
        estimate_mean_within(found.concentration, data.count() > 1 ? 1.0 : 0.0);
    write("concentration", i, concentration);
    results.cells("score_norm_orthogonal")
        .set(s * theory::orthogonal_score_norm(concentration.value, radius2, data.dimension(), s),
             i);

    for (std::int64_t trial = 0; trial < trials; ++trial) {
      by_score[trial] = s * (found.kernel_norm[trial] - found.score_norm[trial]) + left_out -
                        s * others.score_norm;
      by_error[trial] = (found.denoising_error[trial] + others.posterior_variance) / s;
      by_divergence[trial] = (found.posterior_variance[trial] + others.posterior_variance) / s;
    }
    const Estimate rate = estimate_mean_within(by_divergence, reach / s);
    write("log_rate_score_norm", i, estimate_mean_within(by_score, unknown));
    write("log_rate_denoising", i, estimate_mean_within(by_error, reach / s));
    write("log_rate_divergence", i, rate);
    const auto write_gap = [&](const char* name, const std::vector<double>& from) {
      for (std::int64_t trial = 0; trial < trials; ++trial)
        gap[trial] = from[trial] - by_divergence[trial];
      if (data.count() > 1 && observables::has_few_events(gap))
        results.cells(name).none(i);
      else
        write(name, i, observables::estimate_paired_difference(from, by_divergence));
    };
    write_gap("gap_score_norm", by_score);
    write_gap("gap_denoising", by_error);
    for (std::size_t p = 0; p < processes_.size(); ++p) {
      const double per_time =
          processes_[p].reduced_noise_rate(processes_[p].time_of(s)) / (2.0 * s);
      results.cells("rate").set_or_none(
          Estimate{rate.value * per_time, rate.standard_error * per_time, rate.count}, p, i);
    }
    write_spectra(data, reduction, noised, samples, i, results);
  }
}

void InformationDynamics::write_spectra(const DataMixture& data,
                                        const theory::SpanReduction& reduction,
                                        const NoisedMixture& noised,
                                        const sde::MixtureSamples& samples, std::size_t level,
                                        Results& results) const {
  const double s = noised.noise();
  const Eigen::MatrixXd spectra = s * sde::sample_spectra(noised, samples, spectrum_trials_);
  double above_half = 0.0;
  results.cells("lyapunov").none(level);  // there may be room for more than the data's dimensions
  results.cells("lyapunov_exact").none(level);
  for (Index j = 0; j < data.dimension(); ++j) {
    Estimate found;
    if (j < spectra.rows()) {
      const Eigen::VectorXd row = spectra.row(spectra.rows() - 1 - j);
      const std::span<const double> sample(row.data(), row.size());
      found = data.are_points() ? estimate_mean_within(sample, squared_diameter(data) / s)
                                : estimate_mean(sample);
    } else {
      // Directions outside the span of the means: the smallest eigenvalues, the same at every x.
      found.value = -s / (reduction.variance + s);
    }
    results.cells("lyapunov").set(found, level, j);
    above_half += 1.0 + found.value > 0.5 ? 1.0 : 0.0;
  }
  results.cells("manifold_dimension").set(above_half, level);
  if (data.count() > 1) return;
  Eigen::VectorXd spectrum = data.spectra().col(0);
  std::sort(spectrum.begin(), spectrum.end(), std::greater<>());
  for (Index j = 0; j < data.dimension(); ++j)
    results.cells("lyapunov_exact").set(-s / (spectrum[j] + s), level, j);
}

std::unique_ptr<Experiment> make_information_dynamics() {
  return declare<InformationDynamicsOptions>({
      .name = "information_dynamics",
      .summary = "conditional entropy, its rate, branching modes and local spectra of mixtures "
                 "under noise (information, sections 4-6, figure 1)",
      .axes = information_dynamics_axes,
      .observables = information_dynamics_observables,
      .plan = plan_as<InformationDynamics, InformationDynamicsOptions>,
      .prepare = prepare_as<InformationDynamics, InformationDynamicsOptions>,
  });
}

}  // namespace syncgap::experiments
