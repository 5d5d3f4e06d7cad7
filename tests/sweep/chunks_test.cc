#include "sweep/chunks.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <queue>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncgap::sweep {
namespace {

using testing::Each;
using testing::Ge;
using testing::IsEmpty;

/// Log-normal with mean 1, longest first, as an order has them.
std::vector<double> log_normal(std::size_t units, double sigma, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(-sigma * sigma / 2, sigma);
  std::vector<double> seconds(units);
  for (double& each : seconds) each = std::exp(normal(random));
  std::sort(seconds.begin(), seconds.end(), std::greater<>());
  return seconds;
}

std::vector<std::uint32_t> ends_of(const std::vector<double>& seconds, int teams, double service) {
  return chunk_ends(
      seconds.size(), [&](std::uint64_t place) { return seconds[place]; }, teams, service);
}

std::vector<double> chunk_seconds(const std::vector<double>& seconds,
                                  const std::vector<std::uint32_t>& ends) {
  std::vector<double> sums;
  std::uint32_t begin = 0;
  for (const std::uint32_t end : ends) {
    sums.push_back(std::accumulate(seconds.begin() + begin, seconds.begin() + end, 0.0));
    begin = end;
  }
  return sums;
}

std::vector<std::uint32_t> sizes_of(const std::vector<std::uint32_t>& ends) {
  std::vector<std::uint32_t> sizes(ends.size());
  std::adjacent_difference(ends.begin(), ends.end(), sizes.begin());
  return sizes;
}

/// When the last of `teams` is through, each claiming the next piece when it has done its last,
/// from a counter that serves one claim after the other.
double makespan(const std::vector<double>& pieces, int teams, double service = 0) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (int team = 0; team < teams; ++team) free_at.push(0);
  double end = 0, served = 0;
  for (const double piece : pieces) {
    served = std::max(served, free_at.top()) + service;
    free_at.pop();
    free_at.push(served + piece);
    end = std::max(end, served + piece);
  }
  return end;
}

TEST(ChunkEnds, TakeEveryPlaceOnceAndAllOfThem) {
  for (const double sigma : {0.0, 0.5, 2.0})
    for (const int teams : {1, 3, 100})
      for (const double service : {0.0, 1e-4, 0.01, 10.0}) {
        const auto ends = ends_of(log_normal(5000, sigma, 7), teams, service);
        EXPECT_EQ(ends.back(), 5000U);
        EXPECT_THAT(sizes_of(ends), Each(Ge(1U)));
        EXPECT_TRUE(std::is_sorted(ends.begin(), ends.end()));
      }
}

TEST(ChunkEnds, AreThoseOfTheRule) {
  // For one team and a counter of 1 s: a quarter of what is left, but no more than 4 s, and up to
  // 1.5 s in any case.
  std::vector<double> seconds(1, 9.0);
  seconds.insert(seconds.end(), 40, 1.0);
  seconds.insert(seconds.end(), 5, 0.5);
  std::vector<std::uint32_t> sizes{1};
  sizes.insert(sizes.end(), 7, 4);       // 42.5 s are left before the first, 18.5 before the last
  sizes.insert(sizes.end(), {3, 2, 2});  // 14.5, 11.5, 9.5
  sizes.insert(sizes.end(), 4, 1);       // 7.5 to 4.5
  sizes.insert(sizes.end(), {2, 3, 1});  // 3.5, 2, 0.5
  EXPECT_EQ(sizes_of(ends_of(seconds, 1, 1)), sizes);
  EXPECT_EQ(longest_chunk(2, 1), 8);
  EXPECT_EQ(shortest_chunk(2, 1), 3);
}

TEST(ChunkEnds, UnitsLongerThanTheBoundAreClaimedOneByOne) {
  const auto seconds = log_normal(20000, 2, 3);
  const double bound = longest_chunk(10, 0.025);
  const auto ends = ends_of(seconds, 10, 0.025);
  const auto longer = static_cast<std::size_t>(
      std::count_if(seconds.begin(), seconds.end(), [&](double each) { return each > bound; }));
  ASSERT_GT(longer, 100U);
  for (std::size_t claim = 0; claim < longer; ++claim) EXPECT_EQ(ends[claim], claim + 1);
  EXPECT_LT(ends.size(), seconds.size() / 2);
}

TEST(ChunkEnds, WithoutServiceEveryUnitIsAClaim) {
  const auto seconds = log_normal(500, 2, 3);
  EXPECT_THAT(sizes_of(ends_of(seconds, 10, 0)), Each(1U));
  EXPECT_THAT(ends_of({}, 10, 1), IsEmpty());
}

TEST(ChunkEnds, NoChunkTakesMoreThanItsShareOfWhatIsLeft) {
  const int teams = 20;
  const double service = 0.05;
  const auto seconds = log_normal(50000, 1, 5);
  const auto ends = ends_of(seconds, teams, service);
  const auto chunks = chunk_seconds(seconds, ends);
  const auto sizes = sizes_of(ends);
  double left = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  for (std::size_t claim = 0; claim < chunks.size(); ++claim) {
    if (sizes[claim] > 1) {
      EXPECT_LE(chunks[claim], longest_chunk(teams, service) * (1 + 1e-12));
      EXPECT_LE(chunks[claim],
                std::max(left / (4 * teams), shortest_chunk(teams, service)) * (1 + 1e-9))
          << claim;
    }
    left -= chunks[claim];
  }
}

TEST(ChunkEnds, UnitsLongerThanTheShortestChunkAreSingleAtTheEnd) {
  const auto ends = ends_of(std::vector<double>(5000, 1.0), 10, 0.06);
  const auto sizes = sizes_of(ends);
  EXPECT_EQ(sizes.front(), 2U);
  EXPECT_TRUE(std::is_sorted(sizes.begin(), sizes.end(), std::greater<>()));
  // A fortieth of what is left is less than two units: 78 are.
  EXPECT_THAT(std::vector<std::uint32_t>(sizes.end() - 78, sizes.end()), Each(1U));
}

TEST(ChunkEnds, UnitsOfNoCostAreOneChunk) {
  EXPECT_THAT(sizes_of(ends_of(std::vector<double>(1000, 0.0), 4, 1e-3)),
              testing::ElementsAre(1000U));
}

TEST(ChunkEnds, TheScheduleTakesAtMostAFiftiethLongerThanThatOfSingleClaims) {
  for (const double sigma : {0.5, 1.0, 2.0})
    for (const int teams : {4, 50, 400})
      for (const double share : {1e-5, 1e-3, 5e-3, 0.02})
        for (const unsigned seed : {1U, 2U, 3U}) {
          const auto seconds = log_normal(static_cast<std::size_t>(teams) * 200, sigma, seed);
          // The counter serves all teams in this share of the 200 s that each has to do.
          const double service = share * 200 / teams;
          const auto chunks = chunk_seconds(seconds, ends_of(seconds, teams, service));
          EXPECT_LE(makespan(chunks, teams, service), 1.02 * makespan(seconds, teams, service))
              << "sigma " << sigma << ", teams " << teams << ", share " << share;
          // With a counter that costs nothing what is lost is what the last chunks differ in.
          if (share <= 5e-3) {
            EXPECT_LE(makespan(chunks, teams), 1.02 * makespan(seconds, teams));
          }
        }
}

TEST(ChunkEnds, AreQuickerWhereSingleClaimsSaturateTheCounter) {
  // Single claims take 100 * 200 * 0.02 s = 400 s to be served where the work is done in 200 s.
  const auto seconds = log_normal(20000, 0.5, 1);
  const auto chunks = chunk_seconds(seconds, ends_of(seconds, 100, 0.02));
  EXPECT_GT(makespan(seconds, 100, 0.02), 400);
  EXPECT_LT(makespan(chunks, 100, 0.02), 210);
}

TEST(ChunkEnds, EstimatesThatAreWrongByAFactorCostLittle) {
  // The chunks are made of estimates; the units take what they take, each off by a factor of e.
  const int teams = 50;
  const auto estimates = log_normal(teams * 400, 1, 11);
  std::mt19937_64 random(13);
  std::normal_distribution<double> normal(-0.5, 1);
  std::vector<double> seconds;
  for (const double each : estimates) seconds.push_back(each * std::exp(normal(random)));
  const auto ends = ends_of(estimates, teams, 0.01);
  ASSERT_LT(ends.size(), estimates.size() * 3 / 4);
  EXPECT_LE(makespan(chunk_seconds(seconds, ends), teams), 1.02 * makespan(seconds, teams));
}

}  // namespace
}  // namespace syncgap::sweep
