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

/// When the last of `teams` is through, each taking the next piece when it has done its last.
double makespan(const std::vector<double>& pieces, int teams) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (int team = 0; team < teams; ++team) free_at.push(0);
  double end = 0;
  for (const double piece : pieces) {
    const double done = free_at.top() + piece;
    free_at.pop();
    free_at.push(done);
    end = std::max(end, done);
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
  // A unit of 9 s, then 40 of 1 s for one team: 2.4 s at most, and a quarter of what is left.
  std::vector<double> seconds(41, 1.0);
  seconds[0] = 9;
  std::vector<std::uint32_t> sizes(1, 1);
  sizes.insert(sizes.end(), 17, 2);
  sizes.insert(sizes.end(), 6, 1);
  EXPECT_EQ(sizes_of(ends_of(seconds, 1, 0.6)), sizes);
  EXPECT_EQ(longest_chunk(1, 0.6), 2.4);
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
  const auto seconds = log_normal(50000, 1, 5);
  const auto ends = ends_of(seconds, teams, 0.05);
  const auto chunks = chunk_seconds(seconds, ends);
  const auto sizes = sizes_of(ends);
  double left = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  for (std::size_t claim = 0; claim < chunks.size(); ++claim) {
    if (sizes[claim] > 1) {
      EXPECT_LE(chunks[claim], longest_chunk(teams, 0.05) * (1 + 1e-12));
      EXPECT_LE(chunks[claim], left / (4 * teams) * (1 + 1e-9)) << claim;
    }
    left -= chunks[claim];
  }
  EXPECT_EQ(sizes.back(), 1U);
  EXPECT_EQ(sizes[sizes.size() - 4 * teams], 1U) << "the last of each team are single";
}

TEST(ChunkEnds, UnitsOfNoCostAreOneChunk) {
  EXPECT_THAT(sizes_of(ends_of(std::vector<double>(1000, 0.0), 4, 1e-3)),
              testing::ElementsAre(1000U));
}

TEST(ChunkEnds, TheScheduleTakesAtMostAFiftiethLonger) {
  for (const double sigma : {0.5, 1.0, 2.0})
    for (const int teams : {4, 50, 400})
      for (const double service : {1e-4, 1e-2, 0.1})
        for (const unsigned seed : {1U, 2U, 3U}) {
          const auto seconds = log_normal(static_cast<std::size_t>(teams) * 200, sigma, seed);
          const double single = makespan(seconds, teams);
          const double chunked =
              makespan(chunk_seconds(seconds, ends_of(seconds, teams, service)), teams);
          EXPECT_LE(chunked, 1.02 * single)
              << "sigma " << sigma << ", teams " << teams << ", service " << service;
        }
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
