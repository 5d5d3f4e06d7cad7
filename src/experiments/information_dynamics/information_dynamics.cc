#include "experiments/information_dynamics/information_dynamics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/check.h"
#include "core/random.h"
#include "experiments/information_dynamics/declaration.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/named_mixtures.h"
#include "observables/estimate.h"
#include "sde/mixture_samples.h"
#include "theory/decision_tree.h"
#include "theory/diffusion_process.h"
#include "theory/fixed_points.h"
#include "theory/information.h"
#include "theory/peaks.h"

namespace syncgap::experiments {
namespace {

using Eigen::Index;
using observables::Estimate;
using observables::estimate_mean;
using theory::DataMixture;
using theory::DiffusionProcess;
using theory::Information;
using theory::NoisedMixture;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Rates per unit of log(sigma / alpha), where ds = 2s d log(sigma / alpha): by (19), (33), (56).
struct LogRates {
  double score_norm, denoising, divergence;
};
LogRates log_rates(const Information& found, Index dimension, double s) {
  const auto d = static_cast<double>(dimension);
  return {d - s * found.score_norm, found.posterior_variance / s, d + s * found.divergence};
}

class InformationDynamics final : public Experiment {
 public:
  std::string name() const override { return "information_dynamics"; }
  std::string summary() const override {
    return "conditional entropy, its rate, branching modes and local spectra of mixtures under "
           "noise (004, sections 4-6, figure 1)";
  }
  OptionTable& options() override { return table_; }
  std::vector<Axis> axes() const override { return information_dynamics_axes(); }
  std::vector<Observable> observables() const override {
    return information_dynamics_observables();
  }
  void prepare(const Grid& grid) override;
  double cost(const Unit& unit) const override;
  double memory() const override;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  DataMixture data_of(const std::string& name, std::uint64_t sweep_seed) const;
  void write_clocks(Index dimension, Results& results) const;
  void write_exact(const DataMixture& data, Results& results) const;
  void write_sampled(const DataMixture& data, const sde::MixtureStreams& streams,
                     Results& results) const;
  void write_spectra(const DataMixture& data, const theory::SpanReduction& reduction,
                     const NoisedMixture& noised, const sde::MixtureSamples& samples,
                     std::size_t level, Results& results) const;
  void write_paths(const DataMixture& data, Results& results) const;
  void write_line(const DataMixture& data, Results& results) const;
  void write_peaks(const DataMixture& data, Results& results) const;
  double reduced_noise(std::size_t level) const { return noise_[level] * noise_[level]; }

  InformationDynamicsOptions options_;
  OptionTable table_ = options_.table();

  // Set by prepare().
  std::vector<double> noise_, positions_;
  std::vector<DiffusionProcess> processes_;
  std::int64_t spectrum_trials_ = 0;
  std::size_t paths_ = 0, coordinates_ = 0, roots_ = 0, eigenvalues_ = 0, peaks_ = 0;
};

void InformationDynamics::prepare(const Grid& grid) {
  require_increasing(grid, "noise", 2);
  require_increasing(grid, "position", 1);
  noise_ = axis_values<double>(grid, "noise");
  positions_ = axis_values<double>(grid, "position");
  require_input(noise_.front() > 0.0, "axis 'noise' begins at ", noise_.front(),
                ": give noise levels above 0");
  processes_.clear();
  for (const std::string& label : axis_values<std::string>(grid, "process"))
    processes_.emplace_back(theory::process_kind(label));
  const auto extent = [&](const char* axis) { return grid.axis(axis).size(); };
  paths_ = extent("path");
  require_input(extent("other_path") == paths_, "axis 'other_path' has ", extent("other_path"),
                " values and axis 'path' ", paths_, ": give both the same ones");
  coordinates_ = extent("coordinate");
  roots_ = extent("root");
  eigenvalues_ = extent("eigenvalue");
  peaks_ = extent("peak");
  spectrum_trials_ = std::min(options_.spectrum_trials, options_.trials);
  for (const std::string& label : axis_values<std::string>(grid, "data")) {
    const DataMixture data = data_of(label, 0);
    const auto d = static_cast<std::size_t>(data.dimension());
    const auto k = static_cast<std::size_t>(data.count());
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
  const auto k = static_cast<double>(data.count()), d = static_cast<double>(data.dimension());
  const double levels = static_cast<double>(noise_.size());
  // Measured: some 40 ns per component, .5 ns per number it has, and D^3 per spectrum.
  return levels * (static_cast<double>(options_.trials) * (2e-7 + k * (4e-8 + 2e-9 * d)) +
                   static_cast<double>(spectrum_trials_) * d * d * (k + 10.0 * d) * 1e-9);
}

double InformationDynamics::memory() const {
  // Samples of two vectors and eight numbers each.
  return static_cast<double>(options_.trials) * static_cast<double>(2 * eigenvalues_ + 9) * 8.0;
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
  if (static_cast<std::size_t>(data.count()) <= paths_) write_paths(data, results);
  if (data.dimension() == 1) write_line(data, results);
  write_peaks(data, results);
}

void InformationDynamics::write_clocks(Index dimension, Results& results) const {
  for (std::size_t p = 0; p < processes_.size(); ++p) {
    for (std::size_t i = 0; i < noise_.size(); ++i) {
      const std::size_t cell = p * noise_.size() + i;
      const double t = processes_[p].time_of(reduced_noise(i));
      results["time"][cell] = t;
      results["signal"][cell] = processes_[p].signal(t);
      results["bandwidth"][cell] = theory::bandwidth(dimension, processes_[p], t);
    }
  }
}

void InformationDynamics::write_exact(const DataMixture& data, Results& results) const {
  for (std::size_t i = 0; i < noise_.size(); ++i) {
    const double s = reduced_noise(i);
    const std::optional<Information> found = theory::exact_information(data, s);
    if (!found) return;
    results["entropy_exact"][i] = found->entropy;
    results["entropy_variance_exact"][i] = found->entropy_variance;
    results["score_norm_exact"][i] = s * found->score_norm;
    results["concentration_exact"][i] = found->concentration;
    const LogRates rates = log_rates(*found, data.dimension(), s);
    results["log_rate_score_norm_exact"][i] = rates.score_norm;
    results["log_rate_denoising_exact"][i] = rates.denoising;
    results["log_rate_divergence_exact"][i] = rates.divergence;
    for (std::size_t p = 0; p < processes_.size(); ++p) {
      const std::size_t cell = p * noise_.size() + i;
      const double t = processes_[p].time_of(s);
      results["rate_exact"][cell] =
          theory::information_rates(*found, data.dimension(), processes_[p], t).denoising_error;
      results["marginal_rate_exact"][cell] =
          theory::marginal_entropy_rate(*found, data.dimension(), processes_[p], t);
    }
  }
}

void InformationDynamics::write_sampled(const DataMixture& data, const sde::MixtureStreams& streams,
                                        Results& results) const {
  const theory::SpanReduction reduction = theory::reduce_to_span(data);
  const auto trials = static_cast<std::size_t>(options_.trials);
  const sde::MixtureSamples samples = sde::draw_samples(reduction.reduced, streams, trials);
  const double radius2 = data.total_variance();
  const auto left_out = static_cast<double>(reduction.left_out);
  std::vector<double> by_score(trials), by_error(trials), by_divergence(trials), gap(trials);
  const auto write = [&](const std::string& name, std::size_t cell, const Estimate& found) {
    results[name][cell] = found.value;
    results[name + "_error"][cell] = found.standard_error;
  };
  for (std::size_t i = 0; i < noise_.size(); ++i) {
    const double s = reduced_noise(i);
    const NoisedMixture noised(reduction.reduced, s);
    const sde::InformationSamples found = sde::evaluate_samples(noised, samples);
    const Information others = theory::left_out_information(reduction, s);
    const bool pathwise = !std::isnan(found.entropy.front());
    Estimate entropy = estimate_mean(pathwise ? found.entropy : found.surprise);
    entropy.value += others.entropy;
    write("entropy", i, entropy);
    write("entropy_variance", i, observables::estimate_variance(found.entropy));
    Estimate score_norm = estimate_mean(found.score_norm);
    score_norm.value = s * (score_norm.value + others.score_norm);
    score_norm.standard_error *= s;
    write("score_norm", i, score_norm);
    const Estimate concentration = estimate_mean(found.concentration);
    write("concentration", i, concentration);
    results["score_norm_orthogonal"][i] =
        s * theory::orthogonal_score_norm(concentration.value, radius2, data.dimension(), s);

    for (std::size_t trial = 0; trial < trials; ++trial) {
      by_score[trial] = s * (found.kernel_norm[trial] - found.score_norm[trial]) + left_out -
                        s * others.score_norm;
      by_error[trial] = (found.denoising_error[trial] + others.posterior_variance) / s;
      by_divergence[trial] = (found.posterior_variance[trial] + others.posterior_variance) / s;
    }
    const Estimate rate = estimate_mean(by_divergence);
    write("log_rate_score_norm", i, estimate_mean(by_score));
    write("log_rate_denoising", i, estimate_mean(by_error));
    write("log_rate_divergence", i, rate);
    write("gap_score_norm", i, observables::estimate_paired_difference(by_score, by_divergence));
    write("gap_denoising", i, observables::estimate_paired_difference(by_error, by_divergence));
    for (std::size_t p = 0; p < processes_.size(); ++p) {
      const double per_time =
          processes_[p].reduced_noise_rate(processes_[p].time_of(s)) / (2.0 * s);
      write("rate", p * noise_.size() + i,
            {rate.value * per_time, rate.standard_error * per_time, rate.count});
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
  const Eigen::MatrixXd spectra =
      s * sde::sample_spectra(noised, samples, static_cast<Index>(spectrum_trials_));
  double above_half = 0.0;
  for (Index j = 0; j < data.dimension(); ++j) {
    const std::size_t cell = level * eigenvalues_ + static_cast<std::size_t>(j);
    Estimate found;
    if (j < spectra.rows()) {
      const Eigen::VectorXd row = spectra.row(spectra.rows() - 1 - j);
      found = estimate_mean({row.data(), static_cast<std::size_t>(row.size())});
    } else {
      // Directions outside the span of the means: the smallest eigenvalues, the same at every x.
      found.value = -s / (reduction.variance + s);
    }
    results["lyapunov"][cell] = found.value;
    results["lyapunov_error"][cell] = found.standard_error;
    above_half += 1.0 + found.value > 0.5 ? 1.0 : 0.0;
  }
  results["manifold_dimension"][level] = above_half;
  if (data.count() > 1) return;
  Eigen::VectorXd spectrum = data.spectra().col(0);
  std::sort(spectrum.begin(), spectrum.end(), std::greater<>());
  for (Index j = 0; j < data.dimension(); ++j)
    results["lyapunov_exact"][level * eigenvalues_ + static_cast<std::size_t>(j)] =
        -s / (spectrum[j] + s);
}

void InformationDynamics::write_paths(const DataMixture& data, Results& results) const {
  std::vector<double> levels;
  for (std::size_t i = 0; i < noise_.size(); ++i) levels.push_back(reduced_noise(i));
  const theory::DecisionTree tree = theory::follow_paths(data, levels);
  const auto centre = theory::find_central_bifurcation(data, levels.front());
  results["centre_noise"][0] = centre ? std::sqrt(centre->noise) : kNone;
  for (std::size_t p = 0; p < processes_.size(); ++p)
    results["centre_time"][p] = centre ? processes_[p].time_of(centre->noise) : kNone;

  const auto count = static_cast<int>(data.count());
  std::optional<theory::FixedPoint> middle;  // the central mode, followed down while it is one
  std::vector<bool> middle_alone(levels.size(), false);
  for (std::size_t i = levels.size(); i-- > 0;) {
    if (!centre || levels[i] <= centre->noise) break;
    middle = theory::climb(NoisedMixture(data, levels[i]),
                           middle ? middle->position : Eigen::VectorXd(data.mean()));
    const Eigen::MatrixXd& paths = tree.positions[i];
    const double nearest = (paths.colwise() - middle->position).colwise().norm().minCoeff();
    middle_alone[i] = nearest > 1e-5 * noise_[i];
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto& mode_of = tree.mode_of[i];
    const int modes = *std::max_element(mode_of.begin(), mode_of.end()) + 1;
    results["mode_count"][i] = modes + (middle_alone[i] ? 1 : 0);
    for (int k = 0; k < count; ++k) {
      const std::size_t cell = i * paths_ + static_cast<std::size_t>(k);
      results["stability"][cell] = tree.stability[i][k];
      const auto dimension = static_cast<std::size_t>(data.dimension());
      for (std::size_t d = 0; d < std::min(dimension, coordinates_); ++d)
        results["fixed_point"][cell * coordinates_ + d] =
            tree.positions[i](static_cast<Index>(d), k);
    }
  }
  for (int a = 0; a < count; ++a) {
    for (int b = 0; b < count; ++b) {
      const std::size_t cell = static_cast<std::size_t>(a) * paths_ + static_cast<std::size_t>(b);
      const theory::Branching* event = tree.branching(a, b);
      const double noise = tree.branching_noise(a, b);
      const bool known = std::isfinite(noise);
      results["branching_noise"][cell] = known ? std::sqrt(noise) : kNone;
      if (event)
        results["branching_jump"][cell] = event->kind == theory::BranchingKind::jump ? 1.0 : 0.0;
      for (std::size_t p = 0; p < processes_.size(); ++p)
        results["branching_time"][p * paths_ * paths_ + cell] =
            known ? processes_[p].time_of(noise) : kNone;
    }
  }
}

void InformationDynamics::write_line(const DataMixture& data, Results& results) const {
  const bool has_room = static_cast<std::size_t>(2 * data.count() - 1) <= roots_;
  Eigen::VectorXd x(1);
  for (std::size_t i = 0; i < noise_.size(); ++i) {
    const NoisedMixture noised(data, reduced_noise(i));
    if (has_room) {
      const auto found = theory::line_fixed_points(noised);
      for (std::size_t j = 0; j < std::min(found.size(), roots_); ++j) {
        results["line_fixed_point"][i * roots_ + j] = found[j].position[0];
        results["line_stability"][i * roots_ + j] = found[j].stability;
      }
    }
    for (std::size_t j = 0; j < positions_.size(); ++j) {
      x[0] = positions_[j];
      results["log_density"][i * positions_.size() + j] = noised.log_density(x);
    }
  }
}

void InformationDynamics::write_peaks(const DataMixture& data, Results& results) const {
  if (!theory::exact_information(data, 1.0, theory::EntropyParts::label_only)) return;
  // Curves over log(sigma / alpha); a maximum in t is one there.
  const std::vector<double> grid =
      even_values(std::log(noise_.front()), std::log(noise_.back()), 80);
  const auto log_rate = [&](double log_noise) {
    const double s = std::exp(2.0 * log_noise);
    const auto found = theory::exact_information(data, s, theory::EntropyParts::label_only);
    return log_rates(*found, data.dimension(), s).denoising;
  };
  const auto variance = [&](double log_noise) {
    return theory::exact_information(data, std::exp(2.0 * log_noise))->entropy_variance;
  };
  const auto write = [&](const std::vector<theory::Peak>& found, auto put) {
    for (std::size_t i = 0; i < std::min(found.size(), peaks_); ++i)
      put(i, std::exp(found[i].position));
  };
  write(theory::local_maxima(log_rate, grid),
        [&](std::size_t i, double noise) { results["log_rate_peak_noise"][i] = noise; });
  write(theory::local_maxima(variance, grid), [&](std::size_t i, double noise) {
    results["variance_peak_noise"][i] = noise;
    for (std::size_t p = 0; p < processes_.size(); ++p)
      results["variance_peak_time"][p * peaks_ + i] = processes_[p].time_of(noise * noise);
  });
  for (std::size_t p = 0; p < processes_.size(); ++p) {
    const auto rate = [&](double log_noise) {
      const double s = std::exp(2.0 * log_noise);
      return log_rate(log_noise) * processes_[p].reduced_noise_rate(processes_[p].time_of(s)) / s;
    };
    write(theory::local_maxima(rate, grid), [&](std::size_t i, double noise) {
      results["rate_peak_time"][p * peaks_ + i] = processes_[p].time_of(noise * noise);
    });
  }
}

}  // namespace

std::unique_ptr<Experiment> make_information_dynamics() {
  return std::make_unique<InformationDynamics>();
}

}  // namespace syncgap::experiments
