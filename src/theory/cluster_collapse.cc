#include "theory/cluster_collapse.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check.h"
#include "core/root.h"
#include "theory/collapse.h"
#include "theory/information.h"
#include "theory/random_energy.h"

namespace syncgap::theory {
namespace {

// The process of "regimes" as one uncoupled mode of "multimodal".
constexpr double kRate = -1.0;
constexpr double kNoiseVariance = 2.0;

/// b = 4 mu^2 e^{-2t} / Gamma: the other cluster's points are further away by this, relative.
double displacement(const TwoClusters& clusters, double t) {
  const double a = clusters.signal(t);
  return 4.0 * a * a / clusters.dimension;
}

EnergyLevels own_levels(const TwoClusters& clusters, double t) {
  const double ratio = memory_ratio(clusters, t);
  return EnergyLevels({&ratio, 1});
}

EnergyLevels other_levels(const TwoClusters& clusters, double t) {
  const double ratio = memory_ratio(clusters, t);
  return EnergyLevels({&ratio, 1}, displacement(clusters, t));
}

}  // namespace

double memory_ratio(const TwoClusters& clusters, double t) {
  return memory_ratio(kRate, kNoiseVariance, clusters.data_variance(), t);
}

double collapse_time(const TwoClusters& clusters, double load) {
  return mode_collapse_time(kRate, kNoiseVariance, clusters.data_variance(), 2.0 * load);
}

double collapse_load(const TwoClusters& clusters, double t) {
  return 0.5 * std::log1p(memory_ratio(clusters, t));
}

double own_free_energy(const TwoClusters& clusters, double t, double load) {
  return free_energy(own_levels(clusters, t), load);
}

double other_free_energy(const TwoClusters& clusters, double t, double load) {
  return free_energy(other_levels(clusters, t), load);
}

double other_condensation_time(const TwoClusters& clusters, double load) {
  SYNCGAP_EXPECTS(load > 0.0);
  // Falls with t; at t_C the displacement leaves it above the load.
  auto excess = [&](double t) { return condensation_load(other_levels(clusters, t)) - load; };
  const double low = collapse_time(clusters, load), at_low = excess(low);
  if (!(at_low > 0.0)) return low;  // no displacement to speak of
  double high = low + 1.0;
  while (excess(high) > 0.0) high += 1.0;
  return find_root("condensation time", excess, {low, high, at_low, excess(high)});
}

double population_excess_entropy(const TwoClusters& clusters, double t, double load) {
  return load - collapse_load(clusters, t);
}

double empirical_excess_entropy(const TwoClusters& clusters, double t, double load) {
  return std::max(0.0, population_excess_entropy(clusters, t, load));
}

double class_information(const TwoClusters& clusters, double t) {
  const double a = clusters.signal(t);
  if (a == 0.0) return 0.0;
  if (a > 40.0) return std::numbers::ln2;  // H is below e^{-800}
  const auto classes =
      DataMixture::of_points(Eigen::RowVector2d(-1.0, 1.0), DataMixture::equal_weights(2));
  return std::numbers::ln2 -
         line_information(classes, 1.0 / (a * a), EntropyParts::label_only).label_entropy;
}

}  // namespace syncgap::theory
