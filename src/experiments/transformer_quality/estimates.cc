#include "experiments/transformer_quality/estimates.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/numbers.h"
#include "experiments/shared/class_shares.h"
#include "observables/estimate.h"
#include "observables/resampled_means.h"

namespace syncgap::experiments {
namespace {

double balance(const std::vector<std::int64_t>& counts) {
  const double all = to_real(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  double entropy = 0;
  for (const std::int64_t count : counts)
    if (count > 0) entropy -= to_real(count) / all * std::log(to_real(count) / all);
  return std::exp(entropy) / to_real(std::ssize(counts));
}

}  // namespace

IntervalEstimate class_balance(std::span<const std::int64_t> labels, std::int64_t classes,
                               const RandomStream& stream, std::int64_t resamples) {
  const double value = balance(class_counts(labels, classes));
  std::vector<double> drawn, uniforms(labels.size());
  for (std::int64_t r = 0; r < resamples; ++r) {
    std::vector<std::int64_t> counts(classes, 0);
    observables::for_each_drawn(stream, unsigned_size(r), uniforms,
                                [&](std::size_t i) { ++counts[labels[i]]; });
    drawn.push_back(balance(counts));
  }
  const Interval percentiles = observables::percentile_interval(std::move(drawn));
  return {value,
          {std::min(value, 2 * value - percentiles.high),
           std::clamp(2 * value - percentiles.low, value, 1.0)}};
}

IntervalEstimate store_right(std::span<const std::int64_t> told,
                             std::span<const std::int64_t> labels, std::int64_t classes,
                             Cells by_class) {
  std::vector<std::int64_t> all(classes, 0), right(classes, 0);
  for (std::size_t i = 0; i < told.size(); ++i) {
    ++all[told[i]];
    if (labels[i] == told[i]) ++right[told[i]];
  }
  for (std::int64_t label = 0; label < classes; ++label) {
    if (all[label] == 0)
      by_class.none(label);
    else
      by_class.set(observables::wilson_share(right[label], all[label]), label);
  }
  return observables::wilson_share(std::accumulate(right.begin(), right.end(), std::int64_t{0}),
                                   told.size());
}

IntervalEstimate store_shares(std::span<const std::int64_t> labels,
                              const TransformerQualityOptions& options, const RandomStream& stream,
                              Results& results) {
  auto even = results.cells("class_balance");
  if (labels.empty()) {
    results.cells("class_share").none();
    even.none();
    return {kNoValue, {kNoValue, kNoValue}};
  }
  const std::int64_t classes = options.replicas.told_classes();
  store_class_shares(class_counts(labels, classes), std::ssize(labels), results);
  const IntervalEstimate found = class_balance(labels, classes, stream, options.resamples);
  even.set(found);
  return found;
}

ComparedFeatures::ComparedFeatures(const observables::FeatureRows& test, std::int64_t components,
                                   std::uint64_t sweep_seed)
    : sweep_seed_(sweep_seed),
      components_(test, components, RandomStream(sweep_seed, "directions of features")),
      test_(components_.coordinates(test)) {}

void ComparedFeatures::store(Compared which, const observables::FeatureRows& images,
                             Results& results) const {
  const auto at = static_cast<std::int64_t>(which);
  auto plain = results.cells("frechet_plain"), distance = results.cells("frechet_distance");
  const observables::FrechetOptions options;
  const std::int64_t least = 2 * options.blocks, count = images.features > 0 ? images.count() : 0;
  results.cells("compared_count").set(to_real(count), at);
  if (std::min(count, std::ssize(test_) / components_.count()) < least) {
    plain.none(at);
    distance.none(at);
    return;
  }
  const auto coordinates = components_.coordinates(images);
  const RandomStream blocks(sweep_seed_, "blocks of images", {at});
  const auto found = observables::estimate_frechet_distance(
      {coordinates, components_.count()}, {test_, components_.count()}, blocks, options);
  plain.set(found.plain, at);
  distance.set(found.corrected, at);
}

void ComparedFeatures::store_components(Results& results) const {
  results.cells("test_count").set(to_real(std::ssize(test_) / components_.count()));
  results.cells("component_count").set(to_real(components_.count()));
  results.cells("component_share").set(components_.share());
}

}  // namespace syncgap::experiments
