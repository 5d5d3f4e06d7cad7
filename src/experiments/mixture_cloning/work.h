#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/memo.h"
#include "experiments/experiment.h"
#include "experiments/mixture_cloning/options.h"
#include "experiments/mixture_cloning/predictions.h"
#include "observables/estimate.h"
#include "observables/histogram.h"
#include "observables/jackknife.h"
#include "sde/cloning.h"
#include "theory/two_clusters.h"

namespace syncgap::experiments {

/// Running sums of one unit.
struct CloningTally {
  std::vector<observables::MeanAccumulator> sign, label;  ///< (dimension, branch)
  observables::BlockMeans blocks;  ///< (dimension, branch) of the sign agreement
  std::vector<observables::Histogram> overlap, scaled_overlap;  ///< (dimension, time_offset)
};

/// Clones of reverse trajectories of two clusters. In two files: what is run and counted, and what
/// is made of the counts.
class MixtureCloning : public Prepared {
 public:
  MixtureCloning(const MixtureCloningOptions& options, const Grid& grid);

  double cost(const Unit& unit) const;
  double memory() const;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  std::size_t cell(std::size_t dimension, std::size_t branch) const {
    return dimension * branch_times_.size() + branch;
  }
  void read_branches();
  std::optional<double> snapshot_time(std::size_t dimension, std::size_t offset) const;
  void count(const sde::CloneBatch& batch, std::size_t first_dimension, std::size_t first_trial,
             CloningTally& tally) const;
  void write_agreement(const CloningTally& tally, Results& results) const;
  void write_predictions(Results& results) const;
  void write_times(const CloningTally& tally, Results& results) const;
  void write_overlaps(const CloningTally& tally, Results& results) const;

  MixtureCloningOptions options_;
  std::vector<theory::TwoClusters> clusters_;
  std::vector<double> branch_times_;  ///< as on the axis
  std::vector<double> curve_times_;
  std::vector<std::size_t> branch_order_;  ///< axis positions, latest time (first branch) first
  std::vector<double> offsets_, overlap_bins_, scaled_bins_;
  sde::CloningPlan plan_;
  Memo<std::size_t, AgreementPredictions> predictions_;  ///< of each dimension
};

}  // namespace syncgap::experiments
