#include "theory/speciation.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <boost/math/tools/minima.hpp>
#include <boost/math/tools/roots.hpp>
#include <gtest/gtest.h>

#include "theory/coupled_process.h"
#include "theory/precise.h"

namespace syncgap::theory {
namespace {

constexpr double kBeta = 1.0, kNoise = 2.0, kVariance = 1.0;

double time_of(double rate, double mean_square) {
  return mode_speciation(rate, kNoise, kVariance, mean_square).time;
}

double mixture_time(double g, double common, double difference) {
  const double rates[] = {-kBeta + g, -kBeta - g}, squares[] = {common, difference};
  return mixture_speciation(rates, kNoise, kVariance, squares).time;
}

double precise_time(double rate, double w2, double s2, double m2) {
  return precise::falling_root([&](const precise::Real& t) -> precise::Real {
    return precise::mode_kappa(rate, w2, s2, m2, t) - 1;
  });
}

TEST(Speciation, ReproducesFigure1) {
  const double g[] = {0, .2, .4, .45, .6, .8, .95};
  const struct {
    double common, difference, times[7];
  } rows[] = {{2, 0, {.6931, .7294, .7518, .7526, .7347, .6452, .5378}},
              {1.5, .5, {.6931, .7058, .6992, .6933, .6625, .5939, .5335}},
              {1, 1, {.6931, .6858, .6625, .6540, .6226, .5715, .5318}},
              {.5, 1.5, {.6931, .6688, .6363, .6272, .5986, .5593, .5310}},
              {0, 2, {.6931, .6543, .6171, .6082, .5828, .5517, .5304}}};
  for (const auto& row : rows)
    for (int i = 0; i < 7; ++i)
      EXPECT_NEAR(mixture_time(g[i], row.common, row.difference), row.times[i], 5.1e-5)
          << "common " << row.common << " g " << g[i];
}

TEST(Speciation, CommonModePeaksAndCrossesWhereTheNotesSay) {
  auto peak_of = [](double mean_square) {
    return boost::math::tools::brent_find_minima(
        [=](double g) { return -time_of(-kBeta + g, mean_square); }, 0.0, 0.999, 40);
  };
  EXPECT_NEAR(peak_of(2.0).first, .44054, 1e-5);
  EXPECT_NEAR(-peak_of(2.0).second, .752680, 5e-7);
  EXPECT_NEAR(peak_of(2.02112).first, .45, 1e-5);
  EXPECT_NEAR(peak_of(1.5).first, .130, 5e-4);
  EXPECT_NEAR(peak_of(2.5).first, .615, 5e-4);
  // Below m^2 = e/2 the peak is at g = 0.
  EXPECT_LT(peak_of(1.359).first, 1e-3);
  const auto gap = [](double g) { return time_of(-kBeta + g, 2.0) - time_of(-kBeta - g, 2.0); };
  const auto crossing =
      boost::math::tools::bisect(gap, 0.9, 0.999, [](double a, double b) { return b - a < 1e-10; });
  EXPECT_NEAR(crossing.first, .96182, 5e-6);
  EXPECT_NEAR(time_of(0.0, 2.0), .5, 1e-15);
  EXPECT_NEAR(time_of(-1.0, 2.0), std::log(2.0), 1e-15);
  // m^2 = 2.5: no crossing.
  for (double g = 0.01; g < 1.0; g += 0.01)
    EXPECT_GT(time_of(-kBeta + g, 2.5), time_of(-kBeta - g, 2.5)) << g;
}

TEST(Speciation, ClosedFormIsRightInEveryLimit) {
  // g -> beta: the rate vanishes.
  for (double rate : {-1e-1, -1e-3, -1e-6, -1e-9, -1e-12, -1e-15, 0.0})
    for (double m2 : {1.1, 2.0, 50.0}) {
      const double wanted = precise_time(rate, 2.0, 1.0, m2);
      EXPECT_NEAR(time_of(rate, m2), wanted, 1e-13 * wanted) << rate << ' ' << m2;
    }
  for (double rate : {-1e-30, -1e-100, -1e-300, -1e-320})
    EXPECT_EQ(time_of(rate, 2.0), time_of(0.0, 2.0));
  // B -> 0: the data variance is the stationary one.
  for (double off : {-0.3, -1e-3, -1e-6, -1e-9, -1e-12, -1e-15, 0.0, 1e-15, 1e-9, 1e-3, 0.5}) {
    const double rate = -0.7, w2 = 1.9, s2 = -w2 / (2 * rate) * (1 + off);
    for (double m2 : {1.3 * s2, 4.0, 1e3}) {
      const double wanted = precise_time(rate, w2, s2, m2);
      EXPECT_NEAR(mode_speciation(rate, w2, s2, m2).time, wanted, 1e-13 * wanted) << off;
    }
  }
  // In closed form at B = 0.
  EXPECT_NEAR(mode_speciation(-0.7, 1.9, 1.9 / 1.4, 4.0).time,
              std::log(2 * 0.7 * 2 * 4.0 / 1.9) / 1.4, 1e-14);
}

TEST(Speciation, ClosedFormMatchesPreciseRoots) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  int found = 0;
  for (int i = 0; i < 60; ++i) {
    const double rate = -2.5 * uniform(random), w2 = 0.2 + 3.0 * uniform(random);
    const double s2 = 0.98 * w2 / -rate * uniform(random);
    const double m2 = s2 * std::pow(10.0, 4.0 * uniform(random) - 0.5);
    const Speciation seen = mode_speciation(rate, w2, s2, m2);
    const double initial = mode_kappa(rate, w2, s2, m2, 0.0);
    ASSERT_EQ(seen.status == SpeciationStatus::speciates, initial > 1.0);
    EXPECT_EQ(seen.peak, initial);
    if (initial < 1.0) {
      EXPECT_TRUE(std::isnan(seen.time));
      continue;
    }
    ++found;
    const double wanted = precise_time(rate, w2, s2, m2);
    EXPECT_NEAR(seen.time, wanted, 1e-12 * wanted) << rate << ' ' << w2 << ' ' << s2 << ' ' << m2;
  }
  EXPECT_GT(found, 30);
}

TEST(Speciation, VanishesAtTheThreshold) {
  // kappa(0) = 1 at m^2 = s^2 (1 - s^2 |lambda| / w^2); t_S ~ excess / w^2 just above.
  const double rate = -0.5, threshold = 1.0 - 0.25;
  EXPECT_EQ(mode_speciation(rate, 2.0, 1.0, threshold).status, SpeciationStatus::no_speciation);
  for (double excess : {1e-3, 1e-6, 1e-9, 1e-12}) {
    const double m2 = threshold + excess;
    const double wanted = precise_time(rate, 2.0, 1.0, m2);
    EXPECT_NEAR(mode_speciation(rate, 2.0, 1.0, m2).time, wanted, 1e-15);
  }
}

TEST(Speciation, ThePaperTakesTheWrongRoot) {
  // corrections E0.1: with "+" the argument of the logarithm in (66) is negative.
  const double rate = -0.5, m2 = 2.0, s2 = 1.0, w2 = 2.0, b = s2 + w2 / (2 * rate);
  EXPECT_NEAR(w2 * (m2 + std::sqrt(m2 * m2 + b * b)) / (2 * rate * b * b), -8.47, 5e-3);
  const double right = w2 * (m2 - std::sqrt(m2 * m2 + b * b)) / (2 * rate * b * b);
  EXPECT_NEAR(mode_speciation(rate, w2, s2, m2).time, std::log(right) / (2 * rate), 1e-14);
}

TEST(Speciation, ConfinementBoundIsNecessaryAndSufficient) {
  // corrections E0.4: (60) holds exactly when lambda + w^2/c(t) > 0 for all t.
  std::mt19937_64 random(12);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  int confining = 0;
  for (int i = 0; i < 3000; ++i) {
    const double rate = -3.0 * uniform(random), w2 = 0.1 + 3.0 * uniform(random);
    const double s2 = 3.0 * uniform(random);
    bool positive = true;
    for (double t = 0.0; t < 6.0; t += 0.01) {
      const double c = s2 * std::exp(2 * rate * t) + w2 * growth_integral(rate, t);
      positive = positive && rate + w2 / c > 0.0;
    }
    EXPECT_EQ(is_confining(rate, w2, s2), positive) << rate << ' ' << w2 << ' ' << s2;
    confining += positive;
  }
  EXPECT_GT(confining, 500);
  EXPECT_LT(confining, 2500);
}

TEST(Speciation, ViolatedBoundIsAStatusAndNotANumber) {
  const Speciation seen = mode_speciation(-1.5, 1.0, 1.0, 2.0);
  EXPECT_EQ(seen.status, SpeciationStatus::unstable);
  EXPECT_TRUE(std::isnan(seen.time));
  // One bad mode is enough, even without signal.
  const double rates[] = {-0.5, -1.5}, squares[] = {2.0, 0.0};
  EXPECT_EQ(mixture_speciation(rates, 1.0, 1.0, squares).status, SpeciationStatus::unstable);
}

TEST(Speciation, MixturesLieBetweenTheirModes) {
  std::mt19937_64 random(13);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  for (int i = 0; i < 300; ++i) {
    const double g = 1.8 * uniform(random) - 0.9, share = uniform(random);
    const double total = 1.5 + 20.0 * uniform(random);
    const double rates[] = {-1.0 + g, -1.0 - g}, squares[] = {share * total, total - share * total};
    const Speciation mixed = mixture_speciation(rates, 2.0, 0.9, squares);
    const double a = mode_speciation(rates[0], 2.0, 0.9, total).time;
    const double b = mode_speciation(rates[1], 2.0, 0.9, total).time;
    ASSERT_EQ(mixed.status, SpeciationStatus::speciates);
    EXPECT_GE(mixed.time, std::min(a, b));
    EXPECT_LE(mixed.time, std::max(a, b));
    EXPECT_NEAR(mode_kappa(rates[0], 2.0, 0.9, squares[0], mixed.time) +
                    mode_kappa(rates[1], 2.0, 0.9, squares[1], mixed.time),
                1.0, 1e-13);
  }
}

TEST(Speciation, MixturesThatNeverReachOneDoNotSpeciate) {
  // multimodal (64): m^2 = .3 each.
  const double rates[] = {-0.6, -1.4}, squares[] = {0.3, 0.1};
  const Speciation seen = mixture_speciation(rates, 2.0, 1.0, squares);
  EXPECT_LT(seen.peak, 1.0);
  EXPECT_EQ(seen.status, SpeciationStatus::no_speciation);
  EXPECT_TRUE(std::isnan(seen.time));
  const double nothing[] = {0.0, 0.0};
  EXPECT_EQ(mixture_speciation(rates, 2.0, 1.0, nothing).status, SpeciationStatus::no_speciation);
}

TEST(Speciation, NegativeCouplingSwapsTheModes) {
  for (double g : {0.1, 0.5, 0.9, 1.0 - 1e-9})
    for (double share : {0.0, 0.3, 1.0})
      EXPECT_DOUBLE_EQ(mixture_time(g, 2 * share, 2 - 2 * share),
                       mixture_time(-g, 2 - 2 * share, 2 * share));
}

}  // namespace
}  // namespace syncgap::theory
