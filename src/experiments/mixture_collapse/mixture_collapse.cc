#include "experiments/mixture_collapse/mixture_collapse.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "cloud/point_cloud.h"
#include "cloud/surprise.h"
#include "core/check.h"
#include "core/random.h"
#include "experiments/mixture_collapse/declaration.h"
#include "experiments/shared/axis_values.h"
#include "observables/crossing.h"
#include "observables/estimate.h"
#include "observables/jackknife.h"
#include "sde/cluster_energies.h"
#include "sde/cluster_points.h"
#include "theory/cluster_collapse.h"
#include "theory/cluster_speciation.h"
#include "theory/finite_collapse.h"

namespace syncgap::experiments {
namespace {

using observables::Estimate;
using observables::MeanAccumulator;
using theory::TwoClusters;

/// Evaluations of a data set that are handed over together.
constexpr std::size_t kBatch = 256;
/// More points than this are not drawn.
constexpr double kMostPoints = 1e8;

/// One point of the grid: what is drawn, and where it is looked at.
struct Case {
  TwoClusters clusters;
  CollapseMode mode;
  double log_points, load, collapse_time;
  std::vector<double> times, curve_times;

  std::size_t points() const {
    return static_cast<std::size_t>(std::llround(std::exp(log_points)));
  }
};

/// Means over data sets, one entry per time.
struct Tally {
  std::vector<MeanAccumulator> excess, printed, weight;
  observables::BlockMeans weights;  ///< (data set, time)
};

/// Exact averages at finite n and d over the times of a case.
struct FiniteCurve {
  std::vector<double> excess_entropy, true_weight;
};

class MixtureCollapse final : public Experiment {
 public:
  std::string name() const override { return "mixture_collapse"; }
  std::string summary() const override {
    return "excess entropy and collapse of two Gaussian clusters onto their data points (regimes, "
           "figure 3, appendix C)";
  }
  OptionTable& options() override { return table_; }
  std::vector<Axis> axes() const override { return mixture_collapse_axes(options_); }
  std::vector<Observable> observables() const override { return mixture_collapse_observables(); }
  void prepare(const Grid& grid) override;
  double cost(const Unit& unit) const override;
  double memory() const override { return memory_; }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  Case make_case(const Unit& unit) const;
  void check(const Unit& unit) const;
  bool has_quadrature(const Case& c) const {
    return options_.quadrature && c.clusters.dimension >= 4.0 && c.log_points <= 600.0;
  }
  Tally draw_reduced(const Case& c, const RandomStream& stream) const;
  Tally draw_full(const Case& c, const sde::ClusterPoints& points) const;
  void write_measured(const Case& c, const Tally& tally, Results& results) const;
  void write_limits(const Case& c, Results& results) const;
  void write_finite(const Case& c, Results& results) const;
  const FiniteCurve& finite_curve(const Case& c) const;

  MixtureCollapseOptions options_;
  OptionTable table_ = options_.table();
  std::vector<double> times_, curve_times_;
  double memory_ = 0.0;
  /// Seeds and modes of one (n, d) share it.
  mutable std::map<std::pair<double, double>, FiniteCurve> finite_curves_;
};

void MixtureCollapse::prepare(const Grid& grid) {
  require_increasing(grid, "time", 2);
  times_ = axis_values<double>(grid, "time");
  curve_times_ = axis_values<double>(grid, "curve_time");
  for (const auto* times : {&times_, &curve_times_})
    for (double t : *times)
      require_input(t > 0.0, "a time is ", t, " (axes.", times == &times_ ? "time" : "curve_time",
                    "): there is no noise at t = 0; give times above 0");
  finite_curves_.clear();
  memory_ = 0.0;
  for (std::uint64_t i = 0; i < grid.unit_count(); ++i) check(Unit(grid, i));
}

/// Refuses a case that has no meaning or cannot be drawn, and notes what it needs.
void MixtureCollapse::check(const Unit& unit) const {
  const std::int64_t d = unit.integer("dimension");
  require_input(d >= 1, "axis 'dimension' holds ", d, ": a dimension is at least 1");
  if (options_.size == "points") {
    const std::int64_t n = unit.integer("points");
    require_input(n >= 2, "axis 'points' holds ", n, ": a data set has at least 2 points");
  } else {
    const double alpha = unit.real("alpha");
    require_input(alpha > 0.0, "axis 'alpha' holds ", alpha,
                  ": log n / d of at least two points is above 0");
  }
  const Case c = make_case(unit);
  if (c.mode == CollapseMode::none) return;
  require_input(c.log_points <= std::log(kMostPoints) && c.points() >= 2,
                "cannot draw data sets of e^", c.log_points, " points (", unit.describe(),
                "): give between 2 and 1e8, or mode 'none' for closed forms alone");
  require_input(c.mode != CollapseMode::reduced || d >= 4, "mode 'reduced' needs d >= 4 (",
                unit.describe(), "): use mode 'full'");
}

double MixtureCollapse::cost(const Unit& unit) const {
  const Case c = make_case(unit);
  const auto times = static_cast<double>(c.times.size());
  const double quadrature = has_quadrature(c) ? 0.03 * times : 0.0;
  if (c.mode == CollapseMode::none) return quadrature + 1e-4;
  const auto n = static_cast<double>(c.points()), d = c.clusters.dimension;
  const auto sets = static_cast<double>(options_.data_sets);
  const double evaluations = sets * static_cast<double>(options_.evaluations);
  // Measured on one core: 15 ns to draw an energy, 1.5 ns to sum it at one time; 2 ns to draw a
  // coordinate, 50 (100 in single precision) billion operations a second in matrix products.
  if (c.mode == CollapseMode::reduced)
    return quadrature + evaluations * n * (15e-9 + 1.5e-9 * times);
  const double product = 2.0 * d / (c.mode == CollapseMode::full ? 5e10 : 1e11);
  return quadrature + sets * n * d * 2e-9 + evaluations * n * times * (product + 1.5e-9);
}

Case MixtureCollapse::make_case(const Unit& unit) const {
  Case c;
  c.clusters = {static_cast<double>(unit.integer("dimension")), options_.mean_amplitude,
                options_.standard_deviation};
  c.mode = collapse_mode(unit.label("mode"));
  c.log_points = options_.size == "points" ? std::log(static_cast<double>(unit.integer("points")))
                                           : unit.real("alpha") * c.clusters.dimension;
  // What is drawn is a whole number of points; the predictions are for that number.
  if (c.mode != CollapseMode::none && c.log_points <= std::log(kMostPoints))
    c.log_points = std::log(std::round(std::exp(c.log_points)));
  c.load = c.log_points / c.clusters.dimension;
  c.collapse_time = c.load > 0.0 ? theory::collapse_time(c.clusters, c.load)
                                 : std::numeric_limits<double>::infinity();
  c.times = times_;
  c.curve_times = curve_times_;
  if (options_.clock == "collapse")
    for (auto* times : {&c.times, &c.curve_times})
      for (double& t : *times) t *= c.collapse_time;
  return c;
}

Tally make_tally(std::size_t sets, std::size_t times) {
  return {std::vector<MeanAccumulator>(times), std::vector<MeanAccumulator>(times),
          std::vector<MeanAccumulator>(times), observables::BlockMeans(sets, times)};
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
  void count_in(Tally& tally, std::size_t set) const {
    for (std::size_t i = 0; i < weight.size(); ++i) {
      tally.excess[i].add(excess[i].mean());
      tally.printed[i].add(printed[i].mean());
      tally.weight[i].add(weight[i].mean());
      tally.weights.add(set, i, weight[i].mean());
    }
  }
};

Tally MixtureCollapse::draw_reduced(const Case& c, const RandomStream& stream) const {
  const auto sets = static_cast<std::size_t>(options_.data_sets);
  const auto evaluations = static_cast<std::size_t>(options_.evaluations);
  std::vector<double> ratios;
  for (double t : c.times) ratios.push_back(theory::memory_ratio(c.clusters, t));
  const sde::ClusterEnergies energies(c.clusters, c.points(), stream);
  const double d = c.clusters.dimension;
  Tally tally = make_tally(sets, ratios.size());
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

Tally MixtureCollapse::draw_full(const Case& c, const sde::ClusterPoints& points) const {
  using cloud::NoiseLevel;
  using cloud::PointCloud;
  const auto sets = static_cast<std::size_t>(options_.data_sets);
  const auto evaluations = static_cast<std::size_t>(options_.evaluations);
  const std::size_t d = points.dimension();
  const auto dimension = static_cast<double>(d);
  Tally tally = make_tally(sets, c.times.size());
  std::vector<double> origin(d), states;
  for (std::size_t set = 0; set < sets; ++set) {
    const PointCloud cloud = c.mode == CollapseMode::full
                                 ? PointCloud(points.data_set<double>(set), d)
                                 : PointCloud(points.data_set<float>(set), d);
    SetMeans means(c.times.size());
    for (std::size_t first = 0; first < evaluations; first += kBatch) {
      const std::size_t batch = std::min(kBatch, evaluations - first);
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

void MixtureCollapse::run(const Unit& unit, Results& results, const RunContext& context) const {
  const Case c = make_case(unit);
  const std::int64_t seed = unit.integer("seed");
  write_limits(c, results);
  if (has_quadrature(c)) write_finite(c, results);
  if (c.mode == CollapseMode::none) return;
  if (c.mode == CollapseMode::reduced) {
    write_measured(
        c, draw_reduced(c, RandomStream(context.sweep_seed, "collapse energies", {seed})), results);
    return;
  }
  const sde::ClusterPoints points(c.clusters, c.points(),
                                  RandomStream(context.sweep_seed, "collapse points", {seed}),
                                  RandomStream(context.sweep_seed, "collapse noise", {seed}));
  write_measured(c, draw_full(c, points), results);
}

void MixtureCollapse::write_measured(const Case& c, const Tally& tally, Results& results) const {
  const auto write = [&](const std::string& name, std::size_t i, const Estimate& estimate) {
    results[name][i] = estimate.value;
    results[name + "_error"][i] = estimate.standard_error;
  };
  for (std::size_t i = 0; i < c.times.size(); ++i) {
    write("excess_entropy", i, tally.excess[i].estimate());
    write("excess_entropy_printed", i, tally.printed[i].estimate());
    write("true_weight", i, tally.weight[i].estimate());
  }
  write("weight_time", 0, observables::jackknife(tally.weights, [&](std::span<const double> means) {
          return observables::last_crossing({times_, means}, options_.weight_level);
        }));
}

void MixtureCollapse::write_limits(const Case& c, Results& results) const {
  std::ranges::copy(c.times, results["diffusion_time"].begin());
  for (std::size_t i = 0; i < c.curve_times.size(); ++i) {
    const double t = c.curve_times[i], d = c.clusters.dimension;
    const double population = theory::population_excess_entropy(c.clusters, t, c.load);
    results["curve_diffusion_time"][i] = t;
    results["excess_entropy_limit"][i] = theory::empirical_excess_entropy(c.clusters, t, c.load);
    results["population_excess_entropy"][i] = population;
    results["population_excess_entropy_finite"][i] =
        population - theory::class_information(c.clusters, t) / d;
    results["own_free_energy"][i] = theory::own_free_energy(c.clusters, t, c.load);
    results["other_free_energy"][i] = theory::other_free_energy(c.clusters, t, c.load);
  }
  results["load"][0] = c.load;
  results["log_points"][0] = c.log_points;
  results["collapse_time"][0] = c.collapse_time;
  results["other_condensation_time"][0] = theory::other_condensation_time(c.clusters, c.load);
  results["speciation_time"][0] = theory::speciation_time(c.clusters);
}

const FiniteCurve& MixtureCollapse::finite_curve(const Case& c) const {
  const auto [found, fresh] =
      finite_curves_.try_emplace({c.clusters.dimension, c.log_points}, FiniteCurve{});
  if (fresh) {
    for (double t : c.times) {
      const auto exact = theory::finite_collapse(c.clusters, c.log_points, t);
      found->second.excess_entropy.push_back(exact.excess_entropy);
      found->second.true_weight.push_back(exact.true_weight);
    }
  }
  return found->second;
}

void MixtureCollapse::write_finite(const Case& c, Results& results) const {
  const FiniteCurve& curve = finite_curve(c);
  std::ranges::copy(curve.excess_entropy, results["excess_entropy_finite"].begin());
  std::ranges::copy(curve.true_weight, results["true_weight_finite"].begin());
  results["weight_time_finite"][0] =
      observables::last_crossing({times_, curve.true_weight}, options_.weight_level);
}

}  // namespace

std::unique_ptr<Experiment> make_mixture_collapse() { return std::make_unique<MixtureCollapse>(); }

}  // namespace syncgap::experiments
