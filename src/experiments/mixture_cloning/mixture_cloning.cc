#include "experiments/mixture_cloning/mixture_cloning.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "experiments/mixture_cloning/declaration.h"
#include "experiments/mixture_cloning/work.h"
#include "experiments/shared/axis_values.h"
#include "observables/clone_agreement.h"

namespace syncgap::experiments {

using observables::BlockMeans;
using observables::Histogram;
using observables::MeanAccumulator;
using theory::TwoClusters;

namespace {

/// Trials that are simulated and counted together: what fits the second-level cache.
constexpr std::size_t kTrialsTogether = 2048;

}  // namespace

MixtureCloning::MixtureCloning(const MixtureCloningOptions& options, const Grid& grid)
    : options_(options),
      branch_times_(axis_values<double>(grid, "branch_time")),
      curve_times_(axis_values<double>(grid, "curve_time")),
      offsets_(axis_values<double>(grid, "time_offset")),
      overlap_bins_(axis_values<double>(grid, "overlap")),
      scaled_bins_(axis_values<double>(grid, "scaled_overlap")) {
  require_increasing(grid, "dimension", 1);
  require_increasing(grid, "overlap", 2);
  require_increasing(grid, "scaled_overlap", 2);
  require_input(options_.blocks <= options_.trials, "experiment.blocks is ", options_.blocks,
                " but there are only ", options_.trials, " trials: give fewer blocks");
  plan_.times = {options_.horizon, int(options_.steps)};
  plan_.clones = options_.clones;
  for (const std::int64_t d : axis_values<std::int64_t>(grid, "dimension")) {
    require_input(d >= 1, "axis 'dimension' holds ", d, ": a dimension is at least 1");
    clusters_.push_back({to_real(d), options_.mean_amplitude, options_.standard_deviation});
  }
  read_branches();
  for (const double t : curve_times_)
    require_input(t >= 0.0, "axis 'curve_time' holds ", t, ": give times of at least 0");
  for (const TwoClusters& clusters : clusters_) {
    auto& steps = plan_.snapshot_steps.emplace_back();
    for (const double offset : offsets_) {
      const double t = 0.5 * std::log(clusters.dimension) + offset;
      const bool reached = t >= 0.0 && t <= options_.horizon;
      steps.push_back(reached ? plan_.times.nearest_step(t) : -1);
    }
  }
}

void MixtureCloning::read_branches() {
  for (const double t : branch_times_) {
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
  for (const std::size_t b : branch_order_)
    plan_.branch_steps.push_back(plan_.times.nearest_step(branch_times_[b]));
  require_input(plan_.paths() < (1U << 16), "clones x branch times = ", plan_.paths(),
                " paths per trajectory: the limit is 65535");
}

/// Nothing where the run does not pass it.
std::optional<double> MixtureCloning::snapshot_time(std::size_t dimension,
                                                    std::size_t offset) const {
  const int step = plan_.snapshot_steps[dimension][offset];
  if (step < 0) return std::nullopt;
  return plan_.times.time(step);
}

double MixtureCloning::cost(const Unit& unit) const {
  double path_steps = 0.0, dimensions = 0.0;
  for (int step = 0; step < plan_.times.steps; step += std::max(1, plan_.times.steps / 100))
    path_steps += to_real(plan_.open_paths(step));
  path_steps *= to_real(options_.trials) * plan_.times.steps / std::min(plan_.times.steps, 100);
  for (const TwoClusters& clusters : clusters_) dimensions += clusters.dimension;
  // Measured on one core: 1.2 ns for the noise of a path, .4 ns per dimension that follows it; 5 ns
  // per coordinate in full.
  if (unit.choice("method", kCloningMethods) == CloningMethod::full)
    return 5e-9 * dimensions * path_steps;
  return (1.2e-9 + 0.4e-9 * to_real(clusters_.size())) * path_steps;
}

double MixtureCloning::memory() const {
  return to_real(clusters_.size() * (plan_.paths() + offsets_.size()) * kTrialsTogether *
                 sizeof(float)) +
         to_real(plan_.paths()) * clusters_.back().dimension * sizeof(double);
}

void MixtureCloning::count(const sde::CloneBatch& batch, std::size_t first_dimension,
                           std::size_t first_trial, CloningTally& tally) const {
  const std::size_t trials = options_.trials;
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
      const std::optional<double> t = snapshot_time(d, s);
      if (!t) continue;
      const double per_mean = 1.0 / clusters.projection_mean(*t);
      for (float p : batch.snapshot(c, s)) {
        tally.overlap[d * offsets_.size() + s].add(clusters.mean_amplitude * p);
        tally.scaled_overlap[d * offsets_.size() + s].add(per_mean * p);
      }
    }
  }
}

void MixtureCloning::run(const Unit& unit, Results& results, const RunContext& context) const {
  const bool full = unit.choice("method", kCloningMethods) == CloningMethod::full;
  const RandomStream noise(context.sweep_seed, "cloning noise",
                           {std::string_view(unit.label("method")), unit.integer("seed")});
  const std::size_t cells = clusters_.size() * branch_times_.size();
  const std::size_t snapshots = clusters_.size() * offsets_.size();
  CloningTally tally{std::vector<MeanAccumulator>(cells), std::vector<MeanAccumulator>(cells),
                     BlockMeans(options_.blocks, cells),
                     std::vector(snapshots, Histogram(overlap_bins_)),
                     std::vector(snapshots, Histogram(scaled_bins_))};
  const std::size_t trials = options_.trials;
  for (std::size_t first = 0; first < trials; first += kTrialsTogether) {
    const std::size_t now = std::min(kTrialsTogether, trials - first);
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
  write_predictions(results);
  write_times(tally, results);
  write_overlaps(tally, results);
}

std::unique_ptr<Experiment> make_mixture_cloning() {
  return declare<MixtureCloningOptions>({
      .name = "mixture_cloning",
      .summary = "cloning agreement phi(t) and speciation of two Gaussian clusters (regimes, "
                 "figure 2)",
      .axes = mixture_cloning_axes,
      .observables = mixture_cloning_observables,
      .plan = plan_as<MixtureCloning, MixtureCloningOptions>,
      .prepare = prepare_as<MixtureCloning, MixtureCloningOptions>,
  });
}

}  // namespace syncgap::experiments
