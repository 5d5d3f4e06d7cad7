#include "observables/sigmoid_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/check.h"
#include "core/random.h"

namespace syncgap::observables {
namespace {

std::vector<double> every(double step, double last = 100) {
  std::vector<double> t;
  for (double x = 0; x <= last; x += step) t.push_back(x);
  return t;
}

std::vector<double> sample(const Sigmoid& curve, std::span<const double> t) {
  std::vector<double> y;
  for (const double x : t) y.push_back(curve(x));
  return y;
}

std::vector<double> noisy(std::vector<double> y, double error, std::uint64_t trial) {
  std::vector<double> normals(y.size());
  RandomStream(11, "noise").fill_normals<double>(trial, 0, normals);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += error * normals[i];
  return y;
}

void expect_near(const Sigmoid& seen, const Sigmoid& want, double tolerance) {
  EXPECT_NEAR(seen.midpoint, want.midpoint, tolerance);
  EXPECT_NEAR(seen.width, want.width, tolerance);
  EXPECT_NEAR(seen.floor, want.floor, tolerance);
  EXPECT_NEAR(seen.plateau, want.plateau, tolerance);
}

TEST(SigmoidFit, FindsTheCurveThatMadeThePoints) {
  const std::vector<double> t = every(5);
  for (const Sigmoid& want : {Sigmoid{63.6, 6, 0.70, 0.88}, Sigmoid{44.2, 3, 0.1, 1.0},
                              Sigmoid{55, 4, 10.6, 4.0}, Sigmoid{20, 12, -3, 2}}) {
    const SigmoidFit fit = fit_sigmoid({t, sample(want, t)});
    EXPECT_EQ(fit.status, FitStatus::fitted);
    expect_near(fit.curve, want, 1e-4);
    EXPECT_LT(fit.residual_rms, 1e-5);
    EXPECT_NEAR(fit.explained, 1, 1e-8);
    EXPECT_TRUE(std::isnan(fit.chi_square));
  }
}

TEST(SigmoidFit, DoesNotDependOnUnitsOrOffsets) {
  const std::vector<double> t = every(5);
  const std::vector<double> y = noisy(sample({48, 5, 0.2, 0.9}, t), 0.03, 0);
  std::vector<double> t2, y2;
  for (std::size_t i = 0; i < t.size(); ++i) {
    t2.push_back(1e-3 * t[i] - 7);
    y2.push_back(1e4 * y[i] + 300);
  }
  const Sigmoid one = fit_sigmoid({t, y}).curve, two = fit_sigmoid({t2, y2}).curve;
  EXPECT_NEAR(two.midpoint, 1e-3 * one.midpoint - 7, 1e-6);
  EXPECT_NEAR(two.width, 1e-3 * one.width, 1e-6);
  EXPECT_NEAR(two.floor, 1e4 * one.floor + 300, 0.1);
  EXPECT_NEAR(two.plateau, 1e4 * one.plateau + 300, 0.1);
}

// No point of a fine grid over all four parameters has a smaller sum of squares.
TEST(SigmoidFit, IsTheLeastOfAllSumsOfSquares) {
  const std::vector<double> t = every(5);
  for (std::uint64_t trial = 0; trial < 5; ++trial) {
    const std::vector<double> y = noisy(sample({55, 6, 0.3, 0.8}, t), 0.08, trial);
    const SigmoidFit fit = fit_sigmoid({t, y});
    const double least = std::pow(fit.residual_rms, 2) * 21;
    for (double midpoint = 30; midpoint < 80; midpoint += 0.5)
      for (double width = 0.6; width < 30; width *= 1.15)
        for (double floor = 0.2; floor < 0.41; floor += 0.02)
          for (double plateau = 0.7; plateau < 0.91; plateau += 0.02) {
            const Sigmoid other{midpoint, width, floor, plateau};
            double sum = 0;
            for (std::size_t i = 0; i < t.size() && sum < least; ++i)
              sum += std::pow(y[i] - other(t[i]), 2);
            ASSERT_GE(sum, least * (1 - 1e-9)) << midpoint << ' ' << width;
          }
  }
}

TEST(SigmoidFit, SaysHowWellErrorsExplainTheRest) {
  const std::vector<double> t = every(1), errors(t.size(), 0.05);
  double sum = 0;
  for (std::uint64_t trial = 0; trial < 40; ++trial) {
    const SigmoidFit fit =
        fit_sigmoid({t, noisy(sample({60, 6, 0.1, 0.9}, t), 0.05, trial)}, errors);
    EXPECT_EQ(fit.status, FitStatus::fitted);
    sum += fit.chi_square / 40;
  }
  // 40 chi^2 of 97 degrees of freedom: standard error sqrt(2 / 97 / 40).
  EXPECT_NEAR(sum, 1, 4 * std::sqrt(2 / 97.0 / 40));
}

TEST(SigmoidFit, WeighsPoints) {
  const std::vector<double> t = every(10);
  std::vector<double> y = sample({50, 8, 0, 1}, t), weights(t.size(), 1.0);
  y[2] += 0.7;
  weights[2] = 1e-9;
  const SigmoidFit fit = SigmoidFitter(t, {}, weights).fit(y);
  expect_near(fit.curve, {50, 8, 0, 1}, 1e-3);
}

TEST(SigmoidFit, AStepIsFoundBetweenItsPoints) {
  const std::vector<double> t = every(10);
  std::vector<double> y;
  for (const double x : t) y.push_back(x < 65 ? 0.2 : 0.7);
  const SigmoidFit fit = fit_sigmoid({t, y});
  EXPECT_EQ(fit.status, FitStatus::fitted);
  EXPECT_GT(fit.curve.midpoint, 60);
  EXPECT_LT(fit.curve.midpoint, 70);
  EXPECT_NEAR(fit.curve.floor, 0.2, 0.01);
  EXPECT_NEAR(fit.curve.plateau, 0.7, 0.01);
}

TEST(SigmoidFit, AFlatCurveHasNoMidpoint) {
  const std::vector<double> t = every(5), errors(t.size(), 0.06);
  const SigmoidFit constant = fit_sigmoid({t, std::vector<double>(t.size(), 0.4)});
  EXPECT_EQ(constant.status, FitStatus::flat);
  EXPECT_TRUE(std::isnan(constant.curve.midpoint));
  EXPECT_DOUBLE_EQ(constant.curve(70), 0.4);
  int taken_for_a_rise = 0, with_errors = 0;
  for (std::uint64_t trial = 0; trial < 500; ++trial) {
    const std::vector<double> y = noisy(std::vector<double>(t.size(), 0.4), 0.06, trial);
    taken_for_a_rise += fit_sigmoid({t, y}).status != FitStatus::flat;
    with_errors += fit_sigmoid({t, y}, errors).status != FitStatus::flat;
  }
  EXPECT_LE(taken_for_a_rise, 10);
  EXPECT_LE(with_errors, 15);
}

TEST(SigmoidFit, ARiseOfTwoErrorsIsNotFlat) {
  const std::vector<double> t = every(5);
  int seen = 0;
  for (std::uint64_t trial = 0; trial < 100; ++trial)
    seen += fit_sigmoid({t, noisy(sample({55, 5, 0.4, 0.6}, t), 0.06, trial)}).status !=
            FitStatus::flat;
  EXPECT_GE(seen, 95);
}

TEST(SigmoidFit, TooFewPointsAreNotFitted) {
  const std::vector<double> t = {0, 30, 60, 100}, y = {0, 0.1, 0.9, 1};
  const SigmoidFit fit = fit_sigmoid({t, y});
  EXPECT_EQ(fit.status, FitStatus::too_few_points);
  EXPECT_TRUE(std::isnan(fit.curve.midpoint) && std::isnan(fit.curve.plateau));
  EXPECT_EQ(fit_sigmoid({std::span<const double>{}, std::span<const double>{}}).status,
            FitStatus::too_few_points);
}

TEST(SigmoidFit, AMidpointBeyondTheScanIsSaidToBeThere) {
  const std::vector<double> t = every(5, 50);
  EXPECT_EQ(fit_sigmoid({t, sample({60, 6, 0.1, 0.9}, t)}).status, FitStatus::outside);
}

TEST(SigmoidFit, WhatRisesAndFallsIsNoSigmoid) {
  const std::vector<double> t = every(5), errors(t.size(), 0.02);
  std::vector<double> bump, wave;
  for (const double x : t) {
    bump.push_back(0.2 + 0.6 * std::exp(-0.5 * std::pow((x - 50) / 15, 2)));
    wave.push_back(0.2 + 0.01 * x + 0.3 * std::sin(x / 8));
  }
  EXPECT_NE(fit_sigmoid({t, bump}).status, FitStatus::fitted);
  EXPECT_EQ(fit_sigmoid({t, bump}, errors).status, FitStatus::poor);
  EXPECT_EQ(fit_sigmoid({t, wave}, errors).status, FitStatus::poor);
  EXPECT_GT(fit_sigmoid({t, wave}, errors).chi_square, 10);
}

// Errors far below what is left are no reason to reject a curve that explains nearly all.
TEST(SigmoidFit, SmallErrorsAloneRejectNoCurve) {
  const std::vector<double> t = every(5), errors(t.size(), 1e-4);
  const SigmoidFit fit = fit_sigmoid({t, noisy(sample({55, 6, 0, 1}, t), 0.01, 3)}, errors);
  EXPECT_EQ(fit.status, FitStatus::fitted);
  EXPECT_GT(fit.chi_square, 100);
}

TEST(SigmoidFit, HuberIsNotMovedByPointsFarOut) {
  const std::vector<double> t = every(4);
  const Sigmoid want{58, 5, 0.1, 0.8};
  std::vector<double> y = noisy(sample(want, t), 0.01, 5);
  y[3] = 4;
  y[12] = -3;
  y[20] = 2.5;
  const SigmoidFit robust = fit_sigmoid({t, y}, {}, {.loss = FitLoss::huber});
  EXPECT_EQ(robust.status, FitStatus::fitted);
  EXPECT_NEAR(robust.curve.midpoint, want.midpoint, 1);
  EXPECT_NEAR(robust.curve.floor, want.floor, 0.02);
  EXPECT_NEAR(robust.curve.plateau, want.plateau, 0.02);
  EXPECT_NE(fit_sigmoid({t, y}).status, FitStatus::fitted);
}

TEST(SigmoidFit, StaysWithinBoundsWhateverThePointsAre) {
  const std::vector<double> t = {0, 1, 2, 5, 11, 23, 47, 95};
  for (std::uint64_t trial = 0; trial < 2000; ++trial) {
    std::vector<double> y = noisy(std::vector<double>(t.size(), 0.0), 1, trial);
    for (double& v : y) v = v * v * v * (trial % 3 == 0 ? 1e9 : 1);
    const auto [low, high] = std::minmax_element(y.begin(), y.end());
    const double range = *high - *low;
    for (const FitLoss loss : {FitLoss::squares, FitLoss::huber}) {
      const SigmoidFit fit = fit_sigmoid({t, y}, {}, {.loss = loss, .significance = 0.9999});
      ASSERT_TRUE(std::isfinite(fit.residual_rms));
      if (std::isnan(fit.curve.midpoint)) continue;
      ASSERT_GE(fit.curve.midpoint, -47.5);
      ASSERT_LE(fit.curve.midpoint, 142.5);
      ASSERT_GT(fit.curve.width, 0);
      ASSERT_GE(std::min(fit.curve.floor, fit.curve.plateau), *low - 1.001 * range);
      ASSERT_LE(std::max(fit.curve.floor, fit.curve.plateau), *high + 1.001 * range);
      if (loss == FitLoss::squares) {
        ASSERT_GE(fit.explained, -1e-9);
        ASSERT_LE(fit.explained, 1);
      }
    }
  }
}

TEST(SigmoidFit, RefusesWhatIsNotANumber) {
  const std::vector<double> t = every(10);
  std::vector<double> y = sample({50, 8, 0, 1}, t), errors(t.size(), 0.1);
  errors[4] = std::numeric_limits<double>::infinity();
  EXPECT_THROW(fit_sigmoid({t, y}, errors), UnitError);
  y[7] = std::numeric_limits<double>::quiet_NaN();
  try {
    fit_sigmoid({t, y});
    FAIL();
  } catch (const UnitError& error) {
    EXPECT_STREQ(error.what(), "a sigmoid cannot be fitted: the value at t = 70 is nan");
  }
}

TEST(Sigmoid, CrossesLevelsBetweenItsFloorAndItsPlateau) {
  const Sigmoid rise{60, 5, 0.1, 0.9}, fall{60, 5, 10, 4};
  EXPECT_DOUBLE_EQ(rise.crossing(0.5), 60);
  EXPECT_NEAR(rise(rise.crossing(0.77)), 0.77, 1e-12);
  EXPECT_NEAR(fall(fall.crossing(9)), 9, 1e-12);
  EXPECT_LT(fall.crossing(9), 60);
  EXPECT_TRUE(std::isnan(rise.crossing(0.9)) && std::isnan(rise.crossing(0.05)));
  EXPECT_TRUE(std::isnan(Sigmoid{}.crossing(0.5)));
}

TEST(LinearCrossing, IsTheMiddleOneOfSeveral) {
  const std::vector<double> t = {0, 10, 20, 30, 40, 50};
  EXPECT_DOUBLE_EQ(linear_crossing({t, std::vector<double>{0, 0, 1, 1, 1, 1}}, 0.25), 12.5);
  EXPECT_DOUBLE_EQ(linear_crossing({t, std::vector<double>{0, 1, 0, 1, 1, 1}}, 0.5), 15);
  EXPECT_DOUBLE_EQ(linear_crossing({t, std::vector<double>{4, 4, 4, 2, 2, 2}}, 3), 25);
  EXPECT_TRUE(std::isnan(linear_crossing({t, std::vector<double>{0, 1, 1, 1, 0, 0}}, 0.5)));
  EXPECT_TRUE(std::isnan(linear_crossing({{}, {}}, 0.5)));
}

}  // namespace
}  // namespace syncgap::observables
