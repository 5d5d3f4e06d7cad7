#include "experiments/mixture_cloning/mixture_cloning.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "experiments/mixture_cloning/declaration.h"
#include "experiments/shared/axis_values.h"
#include "observables/clone_agreement.h"
#include "observables/crossing.h"
#include "observables/estimate.h"
#include "observables/histogram.h"
#include "observables/jackknife.h"
#include "sde/cloning.h"
#include "theory/cloning_agreement.h"
#include "theory/cluster_speciation.h"
#include "theory/euler_cloning.h"
#include "theory/two_clusters.h"

namespace syncgap::experiments {
namespace {

using observables::BlockMeans;
using observables::Estimate;
using observables::Histogram;
using observables::MeanAccumulator;
using theory::TwoClusters;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Trials that are simulated and counted together: what fits the second-level cache.
constexpr std::size_t kBatch = 2048;

/// What is drawn beside the measurement; the same for every unit.
struct Predictions {
  std::vector<double> sign, label;                ///< (dimension, branch_time), continuous time
  std::vector<double> sign_curve, label_curve;    ///< (dimension, curve_time)
  std::vector<double> scheme_sign, scheme_label;  ///< the same for the Euler scheme
};

/// Running sums of one unit.
struct Tally {
  std::vector<MeanAccumulator> sign, label;        ///< (dimension, branch)
  BlockMeans blocks;                               ///< (dimension, branch) of the sign agreement
  std::vector<Histogram> overlap, scaled_overlap;  ///< (dimension, time_offset)
};

class MixtureCloning final : public Experiment {
 public:
  std::string name() const override { return "mixture_cloning"; }
  std::string summary() const override {
    return "cloning agreement phi(t) and speciation of two Gaussian clusters (regimes, figure 2)";
  }
  OptionTable& options() override { return table_; }
  std::vector<Axis> axes() const override { return mixture_cloning_axes(); }
  std::vector<Observable> observables() const override { return mixture_cloning_observables(); }
  void prepare(const Grid& grid) override;
  double cost(const Unit& unit) const override;
  double memory() const override;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  std::size_t cell(std::size_t dimension, std::size_t branch) const {
    return dimension * branch_times_.size() + branch;
  }
  double snapshot_time(std::size_t dimension, std::size_t offset) const;
  const Predictions& predictions() const;
  void count(const sde::CloneBatch& batch, std::size_t first_dimension, std::size_t first_trial,
             Tally& tally) const;
  void write_agreement(const Tally& tally, Results& results) const;
  void write_times(const Tally& tally, Results& results) const;
  void write_overlaps(const Tally& tally, Results& results) const;

  MixtureCloningOptions options_;
  OptionTable table_ = options_.table();
  std::vector<TwoClusters> clusters_;
  std::vector<double> branch_times_;  ///< as on the axis
  std::vector<double> curve_times_;
  std::vector<std::size_t> branch_order_;  ///< axis positions, latest time (first branch) first
  std::vector<double> offsets_, overlap_bins_, scaled_bins_;
  sde::CloningPlan plan_;
  mutable Predictions predictions_;
};

void MixtureCloning::prepare(const Grid& grid) {
  require_increasing(grid, "dimension", 1);
  require_increasing(grid, "overlap", 2);
  require_increasing(grid, "scaled_overlap", 2);
  require_input(options_.blocks <= options_.trials, "experiment.blocks is ", options_.blocks,
                " but there are only ", options_.trials, " trials: give fewer blocks");
  plan_ = {};
  plan_.times = {options_.horizon, static_cast<int>(options_.steps)};
  plan_.clones = static_cast<std::size_t>(options_.clones);
  clusters_.clear();
  for (std::int64_t d : axis_values<std::int64_t>(grid, "dimension")) {
    require_input(d >= 1, "axis 'dimension' holds ", d, ": a dimension is at least 1");
    clusters_.push_back(
        {static_cast<double>(d), options_.mean_amplitude, options_.standard_deviation});
  }
  branch_times_ = axis_values<double>(grid, "branch_time");
  for (double t : branch_times_) {
    require_input(t >= 0.0 && t <= options_.horizon, "axis 'branch_time' holds ", t,
                  ": give times between 0 and the horizon ", options_.horizon);
    require_input(std::abs(t - plan_.times.time(plan_.times.nearest_step(t))) <
                      1e-6 * plan_.times.step_length(),
                  "axis 'branch_time' holds ", t, ", between two steps of length ",
                  plan_.times.step_length(), ": give multiples of the step, or other steps");
  }
  branch_order_.resize(branch_times_.size());
  std::iota(branch_order_.begin(), branch_order_.end(), 0);
  std::stable_sort(branch_order_.begin(), branch_order_.end(), [&](std::size_t a, std::size_t b) {
    return branch_times_[a] > branch_times_[b];
  });
  for (std::size_t b : branch_order_)
    plan_.branch_steps.push_back(plan_.times.nearest_step(branch_times_[b]));
  require_input(plan_.paths() < (1U << 16), "clones x branch times = ", plan_.paths(),
                " paths per trajectory: the limit is 65535");
  curve_times_ = axis_values<double>(grid, "curve_time");
  for (double t : curve_times_)
    require_input(t >= 0.0, "axis 'curve_time' holds ", t, ": give times of at least 0");
  offsets_ = axis_values<double>(grid, "time_offset");
  overlap_bins_ = axis_values<double>(grid, "overlap");
  scaled_bins_ = axis_values<double>(grid, "scaled_overlap");
  for (std::size_t d = 0; d < clusters_.size(); ++d) {
    auto& steps = plan_.snapshot_steps.emplace_back();
    for (double offset : offsets_) {
      const double t = 0.5 * std::log(clusters_[d].dimension) + offset;
      const bool reached = t >= 0.0 && t <= options_.horizon;
      steps.push_back(reached ? plan_.times.nearest_step(t) : -1);
    }
  }
  predictions_ = {};
}

double MixtureCloning::snapshot_time(std::size_t dimension, std::size_t offset) const {
  const int step = plan_.snapshot_steps[dimension][offset];
  return step < 0 ? kNone : plan_.times.time(step);
}

double MixtureCloning::cost(const Unit& unit) const {
  double path_steps = 0.0, dimensions = 0.0;
  for (int step = 0; step < plan_.times.steps; step += std::max(1, plan_.times.steps / 100))
    path_steps += static_cast<double>(plan_.open_paths(step));
  path_steps *=
      static_cast<double>(options_.trials) * plan_.times.steps / std::min(plan_.times.steps, 100);
  for (const TwoClusters& clusters : clusters_) dimensions += clusters.dimension;
  // Measured on one core: 1.2 ns for the noise of a path, .4 ns per dimension that follows it; 5 ns
  // per coordinate in full.
  if (unit.label("mode") == "full") return 5e-9 * dimensions * path_steps;
  return (1.2e-9 + 0.4e-9 * static_cast<double>(clusters_.size())) * path_steps;
}

double MixtureCloning::memory() const {
  return static_cast<double>(clusters_.size() * (plan_.paths() + offsets_.size()) * kBatch *
                             sizeof(float)) +
         static_cast<double>(plan_.paths()) * clusters_.back().dimension * sizeof(double);
}

/// Closed forms of all curves, computed when the first unit asks for them.
const Predictions& MixtureCloning::predictions() const {
  Predictions& found = predictions_;
  if (!found.sign.empty()) return found;
  const std::size_t cells = clusters_.size() * branch_times_.size();
  for (auto* values : {&found.sign, &found.label, &found.scheme_sign, &found.scheme_label})
    values->resize(cells);
  for (std::size_t d = 0; d < clusters_.size(); ++d) {
    const auto scheme = theory::euler_disagreement(clusters_[d], plan_.times, plan_.branch_steps);
    for (std::size_t i = 0; i < branch_order_.size(); ++i) {
      const std::size_t at = cell(d, branch_order_[i]);
      const double t = branch_times_[branch_order_[i]];
      found.sign[at] = 1.0 - theory::sign_disagreement(clusters_[d], t);
      found.label[at] = 1.0 - theory::label_disagreement(clusters_[d], t);
      found.scheme_sign[at] = 1.0 - scheme[i].sign;
      found.scheme_label[at] = 1.0 - scheme[i].label;
    }
    for (double t : curve_times_) {
      found.sign_curve.push_back(1.0 - theory::sign_disagreement(clusters_[d], t));
      found.label_curve.push_back(1.0 - theory::label_disagreement(clusters_[d], t));
    }
  }
  return found;
}

void MixtureCloning::count(const sde::CloneBatch& batch, std::size_t first_dimension,
                           std::size_t first_trial, Tally& tally) const {
  const auto trials = static_cast<std::size_t>(options_.trials);
  const auto blocks = tally.blocks.blocks();
  std::vector<std::span<const float>> clones(plan_.clones);
  for (std::size_t c = 0; c < batch.clusters; ++c) {
    const std::size_t d = first_dimension + c;
    const TwoClusters& clusters = clusters_[d];
    for (std::size_t i = 0; i < branch_order_.size(); ++i) {
      for (std::size_t clone = 0; clone < plan_.clones; ++clone)
        clones[clone] = std::as_const(batch).end(c, plan_.path(i, clone));
      const std::size_t at = cell(d, branch_order_[i]);
      const auto sign = observables::sign_agreement(clones);
      tally.sign[at].add(sign);
      tally.label[at].add(
          observables::label_agreement(clones, clusters.separation() / clusters.data_variance()));
      for (std::size_t trial = 0; trial < batch.trials; ++trial)
        tally.blocks.add((first_trial + trial) * blocks / trials, at, sign[trial]);
    }
    for (std::size_t s = 0; s < offsets_.size(); ++s) {
      const double t = snapshot_time(d, s);
      if (std::isnan(t)) continue;
      const double per_mean = 1.0 / clusters.projection_mean(t);
      for (float p : batch.snapshot(c, s)) {
        tally.overlap[d * offsets_.size() + s].add(clusters.mean_amplitude * p);
        tally.scaled_overlap[d * offsets_.size() + s].add(per_mean * p);
      }
    }
  }
}

void MixtureCloning::run(const Unit& unit, Results& results, const RunContext& context) const {
  const bool full = unit.label("mode") == "full";
  const RandomStream noise(context.sweep_seed, "cloning noise",
                           {std::string_view(unit.label("mode")), unit.integer("seed")});
  const std::size_t cells = clusters_.size() * branch_times_.size();
  const std::size_t snapshots = clusters_.size() * offsets_.size();
  Tally tally{std::vector<MeanAccumulator>(cells), std::vector<MeanAccumulator>(cells),
              BlockMeans(static_cast<std::size_t>(options_.blocks), cells),
              std::vector(snapshots, Histogram(overlap_bins_)),
              std::vector(snapshots, Histogram(scaled_bins_))};
  const auto trials = static_cast<std::size_t>(options_.trials);
  for (std::size_t first = 0; first < trials; first += kBatch) {
    const std::size_t now = std::min(kBatch, trials - first);
    if (!full) {
      count(sde::run_projected(clusters_, plan_, noise, first, now), 0, first, tally);
      continue;
    }
    for (std::size_t d = 0; d < clusters_.size(); ++d) {
      sde::CloningPlan plan = plan_;
      plan.snapshot_steps = {plan_.snapshot_steps[d]};
      count(sde::run_full(clusters_[d], plan, noise, first, now), d, first, tally);
    }
  }
  write_agreement(tally, results);
  write_times(tally, results);
  write_overlaps(tally, results);
}

void MixtureCloning::write_agreement(const Tally& tally, Results& results) const {
  for (std::size_t i = 0; i < tally.sign.size(); ++i) {
    const Estimate sign = tally.sign[i].estimate(), label = tally.label[i].estimate();
    results["agreement"][i] = sign.value;
    results["agreement_error"][i] = sign.standard_error;
    results["label_agreement"][i] = label.value;
    results["label_agreement_error"][i] = label.standard_error;
  }
  const Predictions& exact = predictions();
  std::ranges::copy(exact.sign, results["agreement_closed_form"].begin());
  std::ranges::copy(exact.label, results["label_agreement_closed_form"].begin());
  std::ranges::copy(exact.scheme_sign, results["agreement_scheme"].begin());
  std::ranges::copy(exact.sign_curve, results["agreement_curve"].begin());
  std::ranges::copy(exact.label_curve, results["label_agreement_curve"].begin());
  std::ranges::copy(exact.scheme_label, results["label_agreement_scheme"].begin());
}

void MixtureCloning::write_times(const Tally& tally, Results& results) const {
  // Curves run over increasing time.
  std::vector<double> times;
  for (auto b = branch_order_.rbegin(); b != branch_order_.rend(); ++b)
    times.push_back(branch_times_[*b]);
  auto curve = [&](std::span<const double> means, std::size_t d) {
    std::vector<double> y;
    for (auto b = branch_order_.rbegin(); b != branch_order_.rend(); ++b)
      y.push_back(means[cell(d, *b)]);
    return y;
  };
  auto ratios = [&](std::size_t d) {
    std::vector<double> x = times;
    for (double& t : x) t /= theory::speciation_time(clusters_[d]);
    return x;
  };
  auto write = [&](const std::string& name, std::size_t d, const Estimate& estimate) {
    results[name][d] = estimate.value;
    results[name + "_error"][d] = estimate.standard_error;
  };
  for (std::size_t d = 0; d < clusters_.size(); ++d) {
    const TwoClusters& clusters = clusters_[d];
    results["speciation_time"][d] = theory::speciation_time(clusters);
    results["landau_time"][d] = theory::landau_time(clusters);
    results["potential_splitting_time"][d] = theory::potential_splitting_time(clusters);
    results["density_splitting_time"][d] = theory::density_splitting_time(clusters);
    results["drift_splitting_time"][d] = theory::drift_splitting_time(clusters);
    write("level_time", d, observables::jackknife(tally.blocks, [&](std::span<const double> means) {
            return observables::last_crossing({times, curve(means, d)}, options_.level);
          }));
    if (d + 1 == clusters_.size() || !(theory::speciation_time(clusters) > 0.0)) continue;
    const auto here = ratios(d), next = ratios(d + 1);
    auto intersection = [&](std::span<const double> means) {
      return observables::intersection_near({here, curve(means, d)}, {next, curve(means, d + 1)},
                                            options_.level);
    };
    write("crossing_ratio", d,
          observables::jackknife(tally.blocks, [&](auto means) { return intersection(means).x; }));
    write("crossing_agreement", d,
          observables::jackknife(tally.blocks, [&](auto means) { return intersection(means).y; }));
  }
}

void MixtureCloning::write_overlaps(const Tally& tally, Results& results) const {
  const double mu = options_.mean_amplitude;
  for (std::size_t d = 0; d < clusters_.size(); ++d) {
    for (std::size_t s = 0; s < offsets_.size(); ++s) {
      const std::size_t row = d * offsets_.size() + s;
      const double t = snapshot_time(d, s);
      results["snapshot_time"][row] = t;
      if (std::isnan(t)) continue;
      auto write = [&](const std::string& name, const Histogram& histogram,
                       std::span<const double> bins, double per_unit) {
        const auto density = histogram.density();
        for (std::size_t i = 0; i < bins.size(); ++i) {
          const std::size_t at = row * bins.size() + i;
          results[name][at] = density[i].value;
          results[name + "_error"][at] = density[i].standard_error;
          results[name + "_closed_form"][at] =
              per_unit * clusters_[d].projection_density(per_unit * bins[i], t);
        }
      };
      write("overlap_density", tally.overlap[row], overlap_bins_, 1.0 / mu);
      write("scaled_overlap_density", tally.scaled_overlap[row], scaled_bins_,
            clusters_[d].projection_mean(t));
    }
  }
  // V depends on t and d through t - 1/2 log d alone.
  const TwoClusters one{1.0, mu, options_.standard_deviation};
  for (std::size_t s = 0; s < offsets_.size(); ++s)
    for (std::size_t i = 0; i < overlap_bins_.size(); ++i)
      results["potential"][s * overlap_bins_.size() + i] =
          theory::overlap_potential(one, overlap_bins_[i], offsets_[s]);
}

}  // namespace

std::unique_ptr<Experiment> make_mixture_cloning() { return std::make_unique<MixtureCloning>(); }

}  // namespace syncgap::experiments
