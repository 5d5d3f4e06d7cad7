#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "core/random.h"
#include "experiments/mixture_collapse/options.h"
#include "observables/estimate.h"
#include "observables/jackknife.h"
#include "sde/cluster_points.h"
#include "theory/two_clusters.h"

namespace syncgap::experiments {

/// One point of the grid: what is drawn, and where it is looked at.
struct CollapseCase {
  theory::TwoClusters clusters;
  CollapseMethod method;
  double log_points, load, collapse_time;
  std::vector<double> times, curve_times;

  std::size_t points() const { return std::llround(std::exp(log_points)); }
};

/// Means over data sets, one entry per time.
struct CollapseTally {
  std::vector<observables::MeanAccumulator> excess, printed, weight;
  observables::BlockMeans weights;  ///< (data set, time)
  std::size_t evaluations;          ///< of each data set
};

/// How much is drawn of a case.
struct CollapseEffort {
  std::size_t data_sets, evaluations;
};

/// Energies from their exact law, a fresh data set for every evaluation.
CollapseTally draw_reduced(const CollapseCase& c, CollapseEffort effort,
                           const RandomStream& stream);
/// Data sets in all d dimensions.
CollapseTally draw_full(const CollapseCase& c, CollapseEffort effort,
                        const sde::ClusterPoints& points);

}  // namespace syncgap::experiments
