#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/estimate.h"
#include "core/random.h"
#include "core/results.h"
#include "experiments/transformer_quality/declaration.h"
#include "observables/frechet_distance.h"
#include "observables/leading_components.h"

namespace syncgap::experiments {

/// exp(entropy of the shares of K classes) / K of labels 0 to K - 1, with a basic bootstrap
/// interval, 2 value - quantiles of the resampled, cut at 1: resampling lowers the balance by as
/// much as sampling did. 1 where all classes are as many, 1 / K where there is one. Resample r
/// draws from trial r of the stream.
IntervalEstimate class_balance(std::span<const std::int64_t> labels, std::int64_t classes,
                               const RandomStream& stream, std::int64_t resamples);

/// Share of images in which the judge sees what they were told, for each class into `by_class`: no
/// value where none was told it. Returns the share over all of them. `told`, `labels` (n)
IntervalEstimate store_right(std::span<const std::int64_t> told,
                             std::span<const std::int64_t> labels, std::int64_t classes,
                             Cells by_class);

/// Fills class_share and class_balance of samples that were told no class, and returns the balance;
/// where there are no samples there is no value, and NaN is returned.
IntervalEstimate store_shares(std::span<const std::int64_t> labels,
                              const TransformerQualityOptions& options, const RandomStream& stream,
                              Results& results);

/// Frechet distances from one set of features, that of real test images, in its leading components.
class ComparedFeatures {
 public:
  /// Refers to `test`, which has at least two rows.
  ComparedFeatures(const observables::FeatureRows& test, std::int64_t components,
                   std::uint64_t sweep_seed);

  /// Fills the cells of one value of axis `compared`; they have no value where there are fewer
  /// images than a corrected distance takes.
  void store(Compared which, const observables::FeatureRows& images, Results& results) const;
  /// Fills what is the same for all of them.
  void store_components(Results& results) const;

 private:
  std::uint64_t sweep_seed_;
  observables::LeadingComponents components_;
  std::vector<double> test_;  // (n, K)
};

}  // namespace syncgap::experiments
