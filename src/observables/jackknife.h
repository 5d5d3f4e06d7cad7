#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "observables/estimate.h"

namespace syncgap::observables {

/// Means of several quantities over blocks of trials. What is correlated within a trial stays
/// together, so that the error of anything computed from the means counts it.
class BlockMeans {
 public:
  BlockMeans(std::size_t blocks, std::size_t quantities);

  /// Adds one value of `quantity` to `block`.
  void add(std::size_t block, std::size_t quantity, double value);
  /// Mean of every quantity over all blocks but one; all blocks if `left_out` is blocks().
  std::vector<double> means(std::size_t left_out) const;
  std::vector<double> means() const { return means(blocks_); }
  std::size_t blocks() const { return blocks_; }

 private:
  std::size_t blocks_, quantities_;
  std::vector<double> sums_, counts_;  ///< (blocks, quantities)
};

/// A number computed from means.
using MeansStatistic = std::function<double(std::span<const double>)>;

/// The standard error of a number from what it is without each of n parts of the data, the
/// delete-one jackknife. NaN where one of these is.
double jackknife_error(std::span<const double> without);

/// The statistic of the means with its delete-one-block standard error (Quenouille, Tukey). NaN
/// where the statistic is; the error is NaN if it is for any set of blocks.
Estimate jackknife(const BlockMeans& data, const MeansStatistic& statistic);

}  // namespace syncgap::observables
