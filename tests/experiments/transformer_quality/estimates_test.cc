#include "experiments/transformer_quality/estimates.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/numbers.h"

namespace syncgap::experiments {
namespace {

using Labels = std::vector<std::int64_t>;

/// `count` labels, each of K classes as probable.
Labels even_labels(std::int64_t count, std::int64_t classes, std::int64_t draw) {
  const RandomStream stream(4, "even labels");
  Labels out;
  for (std::int64_t i = 0; i < count; ++i)
    out.push_back(static_cast<std::int64_t>(
        stream.uniform<double>(draw, 0, static_cast<std::uint32_t>(i)) * to_real(classes)));
  return out;
}

TEST(ClassBalance, IsTheShareOfClassesThatAreThere) {
  const RandomStream stream(1, "resamples");
  const auto balance = [&](const Labels& labels) {
    return class_balance(labels, 4, stream, 200).value;
  };
  EXPECT_NEAR(balance({0, 1, 2, 3}), 1, 1e-12);
  EXPECT_NEAR(balance({3, 1, 1, 3}), 0.5, 1e-12);
  EXPECT_NEAR(balance({2, 2, 2}), 0.25, 1e-12);
  // Entropy of 3/4 and 1/4.
  const double entropy = 0.75 * std::log(4.0 / 3) + 0.25 * std::log(4.0);
  EXPECT_NEAR(balance({0, 0, 0, 1}), std::exp(entropy) / 4, 1e-12);
}

TEST(ClassBalance, IntervalHoldsTheTruthOfAnEvenNetwork) {
  constexpr int kRepeats = 60;
  int held = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const auto found = class_balance(even_labels(300, 10, repeat), 10,
                                     RandomStream(2, "resamples", {std::int64_t{repeat}}), 200);
    EXPECT_LE(found.interval.low, found.value);
    EXPECT_GE(found.interval.high, found.value);
    EXPECT_LE(found.interval.high, 1);
    held += found.interval.high > 1 - 0.002 ? 1 : 0;
  }
  // 95% of 60, less four standard errors. The truth is at the edge of what can be.
  EXPECT_GE(held, 50);
}

TEST(ClassBalance, IntervalHoldsTheTruthOfAnUnevenNetwork) {
  constexpr int kRepeats = 60;
  // Of ten equally probable numbers six are class 0, the others classes 1 to 4.
  const double entropy = -0.6 * std::log(0.6) - 0.4 * std::log(0.1);
  const double truth = std::exp(entropy) / 5;
  int held = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    Labels labels = even_labels(300, 10, repeat);
    for (auto& label : labels) label = std::max<std::int64_t>(0, label - 5);
    const auto found =
        class_balance(labels, 5, RandomStream(2, "resamples", {std::int64_t{repeat}}), 200);
    held += found.interval.low <= truth && truth <= found.interval.high ? 1 : 0;
  }
  EXPECT_GE(held, 50);
}

TEST(ToldClasses, AreDealtEvenlyAndInOrder) {
  for (const std::int64_t samples : {3, 10, 23, 500}) {
    TransformerQualityOptions options;
    options.samples = samples;
    std::int64_t next = 0;
    for (std::int64_t label = 0; label < 10; ++label) {
      const auto range = options.told(label);
      EXPECT_EQ(range.first, next);
      EXPECT_GE(range.count(), samples / 10);
      EXPECT_LE(range.count(), (samples + 9) / 10);
      for (std::int64_t i = range.first; i < range.last; ++i)
        EXPECT_EQ(options.told_class(i), label);
      next = range.last;
    }
    EXPECT_EQ(next, samples);
  }
}

/// Results of the experiment's own declaration.
struct Declared {
  TransformerQualityOptions options;
  Grid grid;
  ResultLayout layout;
  Results results;

  Declared()
      : grid(transformer_quality_axes(options)),
        layout(grid, transformer_quality_observables(options)),
        results(layout) {}
};

TEST(LabelsTold, AreCountedByClass) {
  Declared made;
  const Labels told{0, 0, 0, 0, 2, 2}, seen{0, 0, 0, 1, 2, 0};
  const auto right = store_right(told, seen, 10, made.results.cells("class_right"));
  EXPECT_DOUBLE_EQ(right.value, 4.0 / 6);
  const auto by_class = made.results.values("class_right");
  EXPECT_DOUBLE_EQ(by_class[0], 0.75);
  EXPECT_TRUE(std::isnan(by_class[1]));  // none were told it
  EXPECT_DOUBLE_EQ(by_class[2], 0.5);
  EXPECT_GT(made.results.values("class_right_high")[0], 0.75);
  EXPECT_LT(made.results.values("class_right_low")[0], 0.75);
}

/// n rows of F normals around a mean.
std::vector<double> rows(std::int64_t count, std::int64_t features, double mean, std::int64_t key) {
  std::vector<double> out(count * features);
  const RandomStream stream(6, "rows", {key});
  for (std::int64_t i = 0; i < count; ++i)
    stream.fill_normals<double>(i, 0, std::span(out).subspan(i * features, features));
  for (double& x : out) x = 0.1 * x + mean;
  return out;
}

TEST(ComparedFeatures, MeasureHowFarSamplesAreFromRealImages) {
  constexpr std::int64_t kFeatures = 6;
  Declared made;
  const auto test = rows(2000, kFeatures, 0, 0), told = rows(400, kFeatures, 0.2, 1),
             few = rows(15, kFeatures, 0, 2), training = rows(400, kFeatures, 0, 3);
  const ComparedFeatures compared({test, kFeatures}, 64, 7);
  compared.store(Compared::told, {told, kFeatures}, made.results);
  compared.store(Compared::free, {few, kFeatures}, made.results);
  compared.store(Compared::training, {training, kFeatures}, made.results);
  compared.store_components(made.results);
  const auto distance = made.results.values("frechet_distance"),
             error = made.results.values("frechet_distance_error"),
             plain = made.results.values("frechet_plain"),
             count = made.results.values("compared_count");
  EXPECT_NEAR(distance[0], kFeatures * 0.04, 4 * error[0]);
  EXPECT_TRUE(std::isnan(distance[1]) && std::isnan(plain[1]));  // too few images
  EXPECT_NEAR(distance[2], 0, 4 * error[2] + 1e-3);
  EXPECT_GT(plain[2], distance[2]);
  EXPECT_EQ(count[1], 15);
  EXPECT_EQ(made.results.values("component_count")[0], kFeatures);
  EXPECT_NEAR(made.results.values("component_share")[0], 1, 1e-12);
}

}  // namespace
}  // namespace syncgap::experiments
