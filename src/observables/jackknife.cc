#include "observables/jackknife.h"

#include <cmath>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::observables {

BlockMeans::BlockMeans(std::size_t blocks, std::size_t quantities)
    : blocks_(blocks),
      quantities_(quantities),
      sums_(blocks * quantities),
      counts_(blocks * quantities) {}

void BlockMeans::add(std::size_t block, std::size_t quantity, double value) {
  SYNCGAP_EXPECTS(block < blocks_ && quantity < quantities_, "block ", block, " of ", blocks_,
                  ", quantity ", quantity, " of ", quantities_);
  sums_[block * quantities_ + quantity] += value;
  counts_[block * quantities_ + quantity] += 1.0;
}

std::vector<double> BlockMeans::means(std::size_t left_out) const {
  std::vector<double> means(quantities_);
  for (std::size_t q = 0; q < quantities_; ++q) {
    double sum = 0.0, count = 0.0;
    for (std::size_t block = 0; block < blocks_; ++block) {
      if (block == left_out) continue;
      sum += sums_[block * quantities_ + q];
      count += counts_[block * quantities_ + q];
    }
    means[q] = sum / count;
  }
  return means;
}

double jackknife_error(std::span<const double> without) {
  MeanAccumulator replicates;
  for (const double value : without) replicates.add(value);
  const double n = to_real(std::ssize(without));
  return (n - 1.0) / std::sqrt(n) * std::sqrt(replicates.variance());
}

Estimate jackknife(const BlockMeans& data, const MeansStatistic& statistic) {
  Estimate estimate;
  estimate.count = data.blocks();
  estimate.value = statistic(data.means());
  std::vector<double> without;
  for (std::size_t block = 0; block < data.blocks(); ++block)
    without.push_back(statistic(data.means(block)));
  estimate.standard_error = jackknife_error(without);
  return estimate;
}

}  // namespace syncgap::observables
