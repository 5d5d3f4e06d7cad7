#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "observables/estimate.h"

namespace syncgap::observables {

/// Counts of numbers in bins around given centres: an inner edge lies halfway between two centres,
/// and the outer bins reach as far out as in. Numbers outside are counted, but in no bin.
class Histogram {
 public:
  /// At least two centres, increasing.
  explicit Histogram(std::span<const double> centres);

  void add(double value);
  /// Density in every bin, per unit of the variable, with its binomial standard error; in
  /// bins of few or no numbers at least that of the rule of three.
  std::vector<Estimate> density() const;
  std::uint64_t total() const { return total_; }
  std::span<const double> edges() const { return edges_; }

 private:
  std::vector<double> edges_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
};

}  // namespace syncgap::observables
