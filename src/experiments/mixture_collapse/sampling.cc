#include "experiments/mixture_collapse/sampling.h"

#include <algorithm>
#include <numbers>

#include "cloud/point_cloud.h"
#include "cloud/surprise.h"
#include "core/numbers.h"
#include "sde/cluster_energies.h"
#include "theory/cluster_collapse.h"

namespace syncgap::experiments {
namespace {

using observables::MeanAccumulator;

/// Evaluations of a data set that are handed over together.
constexpr std::size_t kEvaluationsTogether = 256;

CollapseTally make_tally(CollapseEffort effort, std::size_t times) {
  const auto [sets, evaluations] = effort;
  return {std::vector<MeanAccumulator>(times), std::vector<MeanAccumulator>(times),
          std::vector<MeanAccumulator>(times), observables::BlockMeans(sets, times), evaluations};
}

/// The means of one data set, which count as one number each.
struct SetMeans {
  std::vector<MeanAccumulator> excess, printed, weight;

  explicit SetMeans(std::size_t times) : excess(times), printed(times), weight(times) {}
  void add(std::size_t time, double excess_entropy, double printed_entropy, double true_weight) {
    excess[time].add(excess_entropy);
    printed[time].add(printed_entropy);
    weight[time].add(true_weight);
  }
  void count_in(CollapseTally& tally, std::size_t set) const {
    for (std::size_t i = 0; i < weight.size(); ++i) {
      tally.excess[i].add(excess[i].mean());
      tally.printed[i].add(printed[i].mean());
      tally.weight[i].add(weight[i].mean());
      tally.weights.add(set, i, weight[i].mean());
    }
  }
};

}  // namespace

CollapseTally draw_reduced(const CollapseCase& c, CollapseEffort effort,
                           const RandomStream& stream) {
  const auto [sets, evaluations] = effort;
  std::vector<double> ratios;
  for (double t : c.times) ratios.push_back(theory::memory_ratio(c.clusters, t));
  const sde::ClusterEnergies energies(c.clusters, c.points(), stream);
  const double d = c.clusters.dimension;
  CollapseTally tally = make_tally(effort, ratios.size());
  sde::EnergySample sample;
  for (std::size_t set = 0; set < sets; ++set) {
    SetMeans means(ratios.size());
    for (std::size_t e = 0; e < evaluations; ++e) {
      energies.draw(set * evaluations + e, sample);
      const auto surprise = cloud::surprises(sample.half_distances, sample.overlaps, ratios);
      for (std::size_t i = 0; i < surprise.size(); ++i)
        means.add(i, surprise[i] / d, (surprise[i] + 0.5 * (d - sample.noise_square)) / d,
                  std::exp(-surprise[i]));
    }
    means.count_in(tally, set);
  }
  return tally;
}

CollapseTally draw_full(const CollapseCase& c, CollapseEffort effort,
                        const sde::ClusterPoints& points) {
  const auto [sets, evaluations] = effort;
  using cloud::NoiseLevel;
  using cloud::PointCloud;
  const std::size_t d = points.dimension();
  const auto dimension = to_real(d);
  CollapseTally tally = make_tally(effort, c.times.size());
  std::vector<double> origin(d), states;
  for (std::size_t set = 0; set < sets; ++set) {
    const PointCloud cloud = c.method == CollapseMethod::full
                                 ? PointCloud(points.data_set<double>(set), d)
                                 : PointCloud(points.data_set<float>(set), d);
    SetMeans means(c.times.size());
    for (std::size_t first = 0; first < evaluations; first += kEvaluationsTogether) {
      const std::size_t batch = std::min(kEvaluationsTogether, evaluations - first);
      const auto drawn = points.evaluations(set, first, batch);
      states.resize(batch * d);
      for (std::size_t i = 0; i < c.times.size(); ++i) {
        const auto level = NoiseLevel::ornstein_uhlenbeck(c.times[i]);
        const double width = std::sqrt(level.variance);
        for (std::size_t b = 0; b < batch; ++b) {
          cloud.copy_point(drawn.sources[b], origin);
          for (std::size_t k = 0; k < d; ++k)
            states[b * d + k] = level.signal * origin[k] + width * drawn.noise[b * d + k];
        }
        const auto posterior = cloud.posterior(level, states, drawn.sources);
        // f = alpha - s + s of one Gaussian, regimes (5) with s^e of (56).
        const double own_entropy = 0.5 * (1.0 + std::log(2.0 * std::numbers::pi * level.variance));
        for (std::size_t b = 0; b < batch; ++b)
          means.add(i, posterior.source_surprise[b] / dimension,
                    c.load + own_entropy + posterior.log_density[b] / dimension,
                    std::exp(-posterior.source_surprise[b]));
      }
    }
    means.count_in(tally, set);
  }
  return tally;
}

}  // namespace syncgap::experiments
