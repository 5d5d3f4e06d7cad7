#include "experiments/replica_speciation/scan.h"

#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "core/numbers.h"
#include "core/random.h"

namespace syncgap::experiments {
namespace {

constexpr std::int64_t kPairs = 40;

/// Pairs whose coarse structure commits `lag` steps before the fine one.
PairComparison commitment(std::int64_t t, double midpoint, double lag) {
  std::vector<double> normals(3 * kPairs);
  RandomStream(3, "commitment").fill_normals<double>(static_cast<std::uint64_t>(t), 0, normals);
  const auto share = [&](double at) { return 1 / (1 + std::exp(-(to_real(t) - at) / 5)); };
  PairComparison out;
  for (std::int64_t i = 0; i < kPairs; ++i) {
    out.cosine.push_back(0.6 + 0.3 * share(midpoint) + 0.02 * normals[i]);
    out.same_label.push_back(share(midpoint) > to_real(i) / to_real(kPairs) ? 1 : 0);
    out.distances[0].push_back(8 * (1 - 0.7 * share(midpoint)) * (1 + 0.05 * normals[kPairs + i]));
    out.distances[1].push_back(200 * (1 - 0.6 * share(midpoint + lag)) *
                               (1 + 0.05 * normals[2 * kPairs + i]));
  }
  return out;
}

Independent independent() {
  return {{0.6, 0.01}, {0.1, 0.01}, {Estimate{8, 0.1}, Estimate{200, 1}}};
}

struct Scanned {
  AgreementCurves curves{kPairs, independent()};
  std::int64_t rounds = 0;

  explicit Scanned(const ReplicaSpeciationOptions& options,
                   const std::vector<std::int64_t>& always = {}) {
    std::vector<std::int64_t> points(options.replicas.steps + 1);
    std::iota(points.begin(), points.end(), std::int64_t{0});
    scan_agreement(options, points, always, RandomStream(1, "resamples"), curves,
                   [&](const std::vector<std::int64_t>& asked) {
                     ++rounds;
                     for (const std::int64_t t : asked) {
                       EXPECT_EQ(curves.measured().count(t), 0U) << "asked twice: " << t;
                       curves.add(t, {commitment(t, 55, 20)});
                     }
                   });
  }
};

TEST(AgreementCurves, DistancesBecomeScoresBetweenIndependentAndEqual) {
  AgreementCurves curves(2, independent());
  curves.add(3, {{{0.7, 0.8}, {0, 1}, {std::vector<double>{8, 0}, std::vector<double>{50, 200}}}});
  EXPECT_EQ(curves.of_pair(Agreement::cosine, 3, 1), 0.8);
  EXPECT_EQ(curves.of_pair(Agreement::label, 3, 0), 0);
  EXPECT_EQ(curves.of_pair(Agreement::coarse, 3, 0), 0);
  EXPECT_EQ(curves.of_pair(Agreement::coarse, 3, 1), 1);
  EXPECT_EQ(curves.of_pair(Agreement::fine, 3, 0), 0.75);
  EXPECT_EQ(curves.level(Agreement::fine), 0.5);
  EXPECT_EQ(curves.level(Agreement::cosine), 0.8);
  EXPECT_EQ(curves.values(Agreement::fine), (std::vector<double>{0.75, 0}));
}

TEST(ScanAgreement, WithoutARuleMeasuresEverythingAtOnce) {
  ReplicaSpeciationOptions options;
  options.adaptive = false;
  const Scanned scanned(options);
  EXPECT_EQ(scanned.rounds, 1);
  EXPECT_EQ(scanned.curves.points().size(), 101U);
}

TEST(ScanAgreement, FindsTheSameMidpointsWithAThirdOfTheEvaluations) {
  ReplicaSpeciationOptions options;
  const Scanned scanned(options, {50, 73});
  const auto points = scanned.curves.points();
  EXPECT_GT(scanned.rounds, 1);
  const std::set<std::int64_t> measured(points.begin(), points.end());
  for (const std::int64_t t : {0, 10, 50, 73, 100}) EXPECT_EQ(measured.count(t), 1U) << t;
  EXPECT_LT(observables::scan_evaluations(points, 100),
            0.36 * to_real(observables::naive_evaluations(100)));
  options.adaptive = false;
  const Scanned all(options);
  const RandomStream stream(2, "resamples");
  const AgreementSigmoids few(scanned.curves, stream, 300), many(all.curves, stream, 300);
  for (const Agreement metric : {Agreement::cosine, Agreement::coarse, Agreement::fine}) {
    const std::size_t at = AgreementSigmoids::place(metric);
    const auto mine = few.of(metric).midpoint(at), full = many.of(metric).midpoint(at);
    const double known = metric == Agreement::fine ? 75 : 55;
    EXPECT_LE(mine.interval.low, known + 0.5);
    EXPECT_GE(mine.interval.high, known - 0.5);
    EXPECT_LT(mine.interval.high - mine.interval.low,
              1.5 * (full.interval.high - full.interval.low) + 0.2);
  }
  const auto gap = few.of(Agreement::fine)
                       .midpoint_difference(AgreementSigmoids::place(Agreement::fine),
                                            AgreementSigmoids::place(Agreement::coarse));
  EXPECT_LE(gap.interval.low, 20);
  EXPECT_GE(gap.interval.high, 20 - 0.5);
}

// Coarse distances scatter by five times their rise: all pairs are a sigmoid, most samples of them
// are flat.
TEST(StoreCurves, ASigmoidThatMostSamplesOfThePairsLackHasItsOwnStatus) {
  ReplicaSpeciationOptions options;
  options.replicas.pairs = 48;
  options.replicas.steps = 20;
  const std::int64_t pairs = options.replicas.pairs;
  std::vector<std::int64_t> points(options.replicas.steps + 1);
  std::iota(points.begin(), points.end(), std::int64_t{0});
  std::vector<double> normals(pairs * std::ssize(points));
  RandomStream(9, "scatter").fill_normals<double>(0, 0, normals);
  AgreementCurves curves(pairs, independent());
  for (const std::int64_t t : points) {
    const double share = 1 / (1 + std::exp(10 - to_real(t)));
    PairComparison seen;
    for (std::int64_t i = 0; i < pairs; ++i) {
      const double noise = normals[i * std::ssize(points) + t];
      seen.cosine.push_back(0.6 + 0.3 * share + 0.01 * noise);
      seen.same_label.push_back(share > to_real(i) / to_real(pairs) ? 1 : 0);
      seen.distances[0].push_back(8 * (1 - (0.1 + 0.4 * share + 2 * noise)));
      seen.distances[1].push_back(200 * (1 - (0.4 * share + 0.01 * noise)));
    }
    curves.add(t, {std::move(seen)});
  }
  const AgreementSigmoids sigmoids(curves, RandomStream(5, "bootstrap"), 200);
  const ResultLayout layout(Grid(replica_speciation_axes(options)),
                            replica_speciation_observables(options));
  Results results(layout);
  store_curves(options, points, curves, sigmoids, results);
  const auto stored = [&](const char* name, Agreement metric) {
    return results.values(name)[static_cast<std::size_t>(metric)];
  };
  for (const Agreement metric : {Agreement::cosine, Agreement::label, Agreement::fine})
    EXPECT_EQ(stored("fit_status", metric), 0);
  EXPECT_EQ(stored("fit_status", Agreement::coarse), 5);
  EXPECT_LT(stored("share_fitted", Agreement::coarse), 0.5);
}

}  // namespace
}  // namespace syncgap::experiments
