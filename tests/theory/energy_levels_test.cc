#include "theory/energy_levels.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "theory/collapse.h"

namespace syncgap::theory {
namespace {

std::vector<double> ratios_at(double g, double t) {
  return {memory_ratio(-1.0 + g, 1.0, 1.0, t), memory_ratio(-1.0 - g, 1.0, 1.0, t)};
}

TEST(EnergyLevels, IsThePrintedCumulant) {
  // multimodal (68).
  const double plus = 3.0, minus = 0.4;
  const double chi[] = {plus, minus};
  const EnergyLevels levels(chi);
  for (double b : {-0.3, 0.0, 0.5, 1.0, 4.0})
    EXPECT_NEAR(levels.cumulant(b),
                -0.25 * std::log(1 + b * plus) - 0.25 * std::log(1 + b * minus) -
                    0.25 * b * (1 + plus) / (1 + b * plus) -
                    0.25 * b * (1 + minus) / (1 + b * minus),
                1e-15);
  EXPECT_EQ(levels.cumulant(0.0), 0.0);
}

TEST(EnergyLevels, SaddleIsAtOneHalf) {
  // multimodal (69).
  for (double g : {0.0, 0.5, 0.9})
    for (double t : {0.01, 0.3, 4.0})
      EXPECT_NEAR(EnergyLevels(ratios_at(g, t)).cumulant_slope(1.0), -0.5, 1e-14);
}

TEST(EnergyLevels, SlopeIsTheDerivative) {
  const EnergyLevels levels(ratios_at(0.4, 0.2));
  const double h = 1e-5;
  for (double b : {-0.1, 0.0, 0.7, 1.0, 3.0})
    EXPECT_NEAR(levels.cumulant_slope(b),
                (levels.cumulant(b + h) - levels.cumulant(b - h)) / (2 * h),
                1e-7 * (1 + std::abs(levels.cumulant_slope(b))));
}

TEST(EnergyLevels, RateAtOneHalfIsAlphaAtTheCollapseTime) {
  // multimodal (70).
  for (double g : {0.0, 0.5, 0.95})
    for (double alpha : {0.1, 1.0, 3.0}) {
      const double rates[] = {-1.0 + g, -1.0 - g};
      const double t = joint_collapse_time(rates, 1.0, 1.0, 4.0 * alpha);
      const EnergyLevels levels(ratios_at(g, t));
      EXPECT_NEAR(levels.rate(0.5), alpha, 1e-12);
      EXPECT_NEAR(-levels.cumulant(1.0) - 0.5, alpha, 1e-12);
      EXPECT_NEAR(levels.conjugate_inverse_temperature(0.5), 1.0, 1e-7);
    }
}

TEST(EnergyLevels, RateIsTheLegendreTransform) {
  const EnergyLevels levels(ratios_at(0.5, 0.4));
  // Above every line, touched by one of them; convex; zero at the mean energy.
  for (double u : {0.02, 0.3, 0.5, 1.0, 2.5, 20.0}) {
    const double rate = levels.rate(u);
    for (double b = levels.lowest_inverse_temperature() + 1e-3; b < 60.0; b += 0.05)
      EXPECT_GE(rate, -u * b - levels.cumulant(b) - 1e-12);
    const double b = levels.conjugate_inverse_temperature(u);
    EXPECT_NEAR(-levels.cumulant_slope(b), u, 1e-11 * u);
    // dI/du = -beta, multimodal (41).
    const double h = 1e-5 * u;
    EXPECT_NEAR((levels.rate(u + h) - levels.rate(u - h)) / (2 * h), -b, 1e-6 * (1 + std::abs(b)));
    EXPECT_GE(levels.rate(u + h) + levels.rate(u - h) - 2 * rate, -1e-13);
  }
  const double mean_energy = -levels.cumulant_slope(0.0);
  EXPECT_NEAR(levels.rate(mean_energy), 0.0, 1e-13);
  EXPECT_TRUE(std::isinf(levels.rate(0.0)));
  EXPECT_TRUE(std::isinf(levels.rate(-1.0)));
}

TEST(EnergyLevels, RateIsRightInBothTails) {
  struct Case {
    double energy, rate, inverse_temperature;
  };
  // Of 120 digits.
  const double wide[] = {3.0, 0.4}, narrow[] = {1e-33, 4e-34};
  const Case of_wide[] = {{0.05, 1.7908614526229245, 11.699380165176442},
                          {0.5, 0.43069164943527589, 1.0},
                          {2.0, 0.0024887813261006826, 0.025724358892677008},
                          {1e6, 332665.10291129255, -0.33299987487962316}};
  const Case of_narrow[] = {{0.05, 3.8490219672900249e32, 3.8128691983675875e33},
                            {0.5, 3.5e-34, 1.0},
                            {2.0, 6.2763289857247736e32, -6.0056422312993545e32}};
  auto check = [](const EnergyLevels& levels, const Case& c) {
    EXPECT_NEAR(levels.rate(c.energy), c.rate, 1e-13 * c.rate) << c.energy;
    EXPECT_NEAR(levels.conjugate_inverse_temperature(c.energy), c.inverse_temperature,
                1e-13 * std::abs(c.inverse_temperature))
        << c.energy;
  };
  for (const Case& c : of_wide) check(EnergyLevels(wide), c);
  for (const Case& c : of_narrow) check(EnergyLevels(narrow), c);
}

TEST(EnergyLevels, EnergiesAreAlikeWhereTheDataIsForgotten) {
  const double none[] = {0.0, 0.0};
  const EnergyLevels levels(none);
  EXPECT_EQ(levels.rate(0.5), 0.0);
  EXPECT_EQ(levels.rate(0.4), INFINITY);
  EXPECT_EQ(levels.rate(2.0), INFINITY);
  EXPECT_EQ(levels.cumulant(3.0), -1.5);
}

TEST(EnergyLevels, LoadIsTheConjugateOfTheCumulant) {
  const EnergyLevels levels(ratios_at(0.4, 0.3), 0.7);
  for (double b : {0.01, 0.5, 1.0, 3.0})
    EXPECT_NEAR(levels.load(b), b * levels.cumulant_slope(b) - levels.cumulant(b), 1e-14);
  // Of a mode of which almost nothing is left: 1/2 log1p(chi).
  const double faint[] = {1e-20};
  EXPECT_NEAR(EnergyLevels(faint).load(1.0), 5e-21, 1e-34);
}

TEST(EnergyLevels, CumulantIsTheGaussianExpectation) {
  // multimodal (114)-(119) for one coordinate of one mode at |z~|^2 = c, by quadrature; with
  // a = e^{lambda t} in (117)-(118) (corrections E0.19).
  const double rate = -0.6, w2 = 1.0, s2 = 1.3, t = 0.5;
  const double a = std::exp(rate * t), q = w2 * (1 - a * a) / (-2 * rate), c = s2 * a * a + q;
  const double chi[] = {memory_ratio(rate, w2, s2, t)};
  EXPECT_NEAR(chi[0], s2 * a * a / q, 1e-14);
  for (double b : {0.3, 1.0, 2.0}) {
    double expectation = 0.0;
    const double h = 0.01;
    for (double z = -14.0; z <= 14.0; z += h) {
      const double gap = std::sqrt(c) - a * z;
      expectation +=
          h * std::exp(-z * z / (2 * s2) - b * gap * gap / (2 * q)) / std::sqrt(2 * M_PI * s2);
    }
    EXPECT_NEAR(std::log(expectation), EnergyLevels(chi).cumulant(b), 1e-12);
  }
}

}  // namespace
}  // namespace syncgap::theory
