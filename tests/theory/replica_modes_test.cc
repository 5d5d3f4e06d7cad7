#include "theory/replica_modes.h"

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "theory/modewise_speciation.h"

namespace syncgap::theory {
namespace {

constexpr CouplingGraph kGraphs[] = {CouplingGraph::complete, CouplingGraph::ring,
                                     CouplingGraph::star};
constexpr GraphScale kScales[] = {GraphScale::edge, GraphScale::spectral};

/// One average of replicas, by its definition.
std::vector<double> averaged(const std::vector<double>& weights, double g,
                             const std::vector<double>& x) {
  std::vector<double> out;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double sum = x[i], whole = 1;
    for (std::size_t j = 0; j < x.size(); ++j) {
      sum += g * weights[i * x.size() + j] * x[j];
      whole += g * weights[i * x.size() + j];
    }
    out.push_back(sum / whole);
  }
  return out;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double projection(const DifferenceModes& modes, std::size_t i, std::size_t j) {
  double sum = 0;
  for (const auto& l : modes.amplitudes) sum += l[i] * l[j];
  return sum;
}

TEST(ReplicaModes, OfAPairAreItsDifference) {
  for (const GraphScale scale : kScales)
    for (const CouplingGraph graph : kGraphs) {
      EXPECT_EQ(replica_weights(graph, 2, scale), (std::vector<double>{0, 1, 1, 0}));
      for (const double g : {0.0, 0.3, 1.0}) {
        const auto modes = difference_modes(graph, 2, scale, g);
        ASSERT_EQ(modes.size(), 1U);
        EXPECT_NEAR(modes[0].carried, routing_share(g), 1e-14);
        ASSERT_EQ(modes[0].amplitudes.size(), 1U);
        const auto& l = modes[0].amplitudes[0];
        EXPECT_NEAR(std::abs(l[0]), std::sqrt(0.5), 1e-14);
        EXPECT_NEAR(l[0] + l[1], 0, 1e-14);
      }
    }
}

TEST(ReplicaModes, HaveAmplitudesThatOneAverageMultiplies) {
  for (const GraphScale scale : kScales)
    for (const CouplingGraph graph : kGraphs)
      for (const std::size_t n : {3, 4, 5, 8})
        for (const double g : {0.2, 0.7, 1.0}) {
          const auto weights = replica_weights(graph, n, scale);
          std::vector<double> x(n), ones(n, 1.0);
          for (std::size_t i = 0; i < n; ++i) x[i] = std::sin(1.3 * static_cast<double>(i * i) + g);
          for (const double one : averaged(weights, g, ones)) EXPECT_NEAR(one, 1, 1e-14);
          const auto after = averaged(weights, g, x);
          std::size_t count = 0;
          double last = 1;
          for (const auto& mode : difference_modes(graph, n, scale, g)) {
            EXPECT_LT(mode.carried, last) << "the slowest first";
            last = mode.carried;
            for (const auto& l : mode.amplitudes) {
              ++count;
              EXPECT_NEAR(dot(l, l), 1, 1e-12);
              EXPECT_NEAR(dot(l, ones), 0, 1e-12);
              EXPECT_NEAR(dot(l, after), mode.carried * dot(l, x), 1e-12);
            }
          }
          EXPECT_EQ(count, n - 1);
        }
}

TEST(ReplicaModes, OfNamedGraphsAreCarriedByTheirEigenvalues) {
  const double g = 0.6;
  for (const int n : {3, 4, 6}) {
    const auto complete = difference_modes(CouplingGraph::complete, n, GraphScale::spectral, g);
    ASSERT_EQ(complete.size(), 1U);
    EXPECT_NEAR(complete[0].carried, (1 - g / (n - 1)) / (1 + g), 1e-14);
    EXPECT_EQ(complete[0].amplitudes.size(), static_cast<std::size_t>(n - 1));
    // Each of all alike: nothing is left at g = 1.
    const auto edges = difference_modes(CouplingGraph::complete, n, GraphScale::edge, 1);
    EXPECT_NEAR(edges[0].carried, 0, 1e-14);
    // Leaves see their middle alone, which sees their mean.
    const auto star = difference_modes(CouplingGraph::star, n, GraphScale::spectral, g);
    ASSERT_EQ(star.size(), 2U);
    EXPECT_NEAR(star[0].carried, 1 / (1 + g), 1e-14);
    EXPECT_NEAR(star[1].carried, (1 - g) / (1 + g), 1e-14);
    EXPECT_EQ(star[0].amplitudes.size(), static_cast<std::size_t>(n - 2));
    for (const auto& leaves : star[0].amplitudes) EXPECT_NEAR(leaves[0], 0, 1e-12);
  }
  const auto ring = difference_modes(CouplingGraph::ring, 4, GraphScale::spectral, g);
  ASSERT_EQ(ring.size(), 2U);
  EXPECT_NEAR(ring[0].carried, 1 / (1 + g), 1e-14);
  EXPECT_NEAR(ring[1].carried, (1 - g) / (1 + g), 1e-14);
  EXPECT_EQ(ring[0].amplitudes.size(), 2U);
}

TEST(ReplicaModes, WithoutCouplingAreThoseOfTheWeakest) {
  for (const GraphScale scale : kScales)
    for (const CouplingGraph graph : kGraphs) {
      const auto none = difference_modes(graph, 5, scale, 0),
                 weak = difference_modes(graph, 5, scale, 1e-7);
      ASSERT_EQ(none.size(), weak.size());
      for (std::size_t k = 0; k < none.size(); ++k) {
        EXPECT_EQ(none[k].carried, 1);
        EXPECT_EQ(none[k].amplitudes.size(), weak[k].amplitudes.size());
        // The space they span, by its projection: within it any choice is as good.
        for (std::size_t i = 0; i < 5; ++i)
          for (std::size_t j = 0; j < 5; ++j)
            EXPECT_NEAR(projection(none[k], i, j), projection(weak[k], i, j), 1e-6);
      }
    }
}

}  // namespace
}  // namespace syncgap::theory
