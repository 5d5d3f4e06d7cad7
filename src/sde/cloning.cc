#include "sde/cloning.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::sde {
namespace {

/// Position of every path of one trial in d dimensions, d to a row.
class Swarm {
 public:
  Swarm(std::size_t paths, std::size_t dimension)
      : dimension_(dimension), positions_(paths * dimension) {}

  std::span<double> operator[](std::size_t path) {
    return std::span(positions_).subspan(path * dimension_, dimension_);
  }

 private:
  std::size_t dimension_;
  std::vector<double> positions_;
};

/// p = m.x / |m| for m along the diagonal.
double projection(std::span<const double> x) {
  double sum = 0.0;
  for (double value : x) sum += value;
  return sum / std::sqrt(to_real(x.size()));
}

}  // namespace

std::size_t CloningPlan::open_paths(int step) const {
  const auto open = std::upper_bound(branch_steps.begin(), branch_steps.end(), step);
  return 1 + unsigned_size(open - branch_steps.begin()) * (clones - 1);
}

CloneBatch::CloneBatch(const CloningPlan& plan, std::size_t cluster_count, std::size_t trial_count)
    : clusters(cluster_count), paths(plan.paths()), trials(trial_count) {
  SYNCGAP_EXPECTS(plan.clones >= 2 &&
                  std::is_sorted(plan.branch_steps.begin(), plan.branch_steps.end()));
  for (const auto& steps : plan.snapshot_steps) snapshots = std::max(snapshots, steps.size());
  ends.resize(clusters * paths * trials);
  trunk.resize(clusters * snapshots * trials, std::numeric_limits<float>::quiet_NaN());
}

std::span<const float> CloneBatch::end(std::size_t cluster, std::size_t path) const {
  return std::span(ends).subspan((cluster * paths + path) * trials, trials);
}
std::span<float> CloneBatch::end(std::size_t cluster, std::size_t path) {
  return std::span(ends).subspan((cluster * paths + path) * trials, trials);
}
std::span<const float> CloneBatch::snapshot(std::size_t cluster, std::size_t snapshot) const {
  return std::span(trunk).subspan((cluster * snapshots + snapshot) * trials, trials);
}
std::span<float> CloneBatch::snapshot(std::size_t cluster, std::size_t snapshot) {
  return std::span(trunk).subspan((cluster * snapshots + snapshot) * trials, trials);
}

CloneBatch run_full(const theory::TwoClusters& clusters, const CloningPlan& plan,
                    const RandomStream& noise, std::uint64_t first_trial, std::size_t trials) {
  const std::size_t d = std::lround(clusters.dimension);
  CloneBatch batch(plan, 1, trials);
  Swarm x(plan.paths(), d);
  std::vector<double> xi(d);
  const double h = plan.times.step_length(), mu = clusters.mean_amplitude;
  // The counter's trial holds the trial and the path; step `steps` is free for the start.
  auto draw = [&](std::size_t trial, std::size_t path, int step, std::span<double> out) {
    noise.fill_normals(((first_trial + trial) << 16) | path, static_cast<std::uint32_t>(step), out);
  };
  auto keep_snapshots = [&](std::size_t trial, int step) {
    if (plan.snapshot_steps.empty()) return;
    const auto& steps = plan.snapshot_steps.front();
    for (std::size_t s = 0; s < steps.size(); ++s)
      if (steps[s] == step) batch.snapshot(0, s)[trial] = to_float(projection(x[0]));
  };
  for (std::size_t trial = 0; trial < trials; ++trial) {
    draw(trial, 0, plan.times.steps, x[0]);
    std::size_t open = 1;
    for (int step = 0; step <= plan.times.steps; ++step) {
      for (; open < plan.open_paths(step); ++open)
        std::copy(x[0].begin(), x[0].end(), x[open].begin());
      keep_snapshots(trial, step);
      if (step == plan.times.steps) break;
      const double t = plan.times.time(step);
      const double variance = clusters.variance(t), mean = mu * std::exp(-t);
      for (std::size_t path = 0; path < open; ++path) {
        draw(trial, path, step, xi);
        double overlap = 0.0;  // m.x e^{-t}
        for (double value : x[path]) overlap += mean * value;
        const double push = mean * std::tanh(overlap / variance);
        for (std::size_t i = 0; i < d; ++i) {
          const double score = (push - x[path][i]) / variance;
          x[path][i] += h * (x[path][i] + 2.0 * score) + std::sqrt(2.0 * h) * xi[i];
        }
      }
    }
    for (std::size_t path = 0; path < plan.paths(); ++path)
      batch.end(0, path)[trial] = to_float(projection(x[path]));
  }
  return batch;
}

}  // namespace syncgap::sde
