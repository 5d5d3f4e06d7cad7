#include "theory/schedule_gap.h"

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "theory/coupling_schedule.h"
#include "theory/kappa.h"
#include "theory/speciation_scan.h"

namespace syncgap::theory {
namespace {

constexpr SymmetricPair kModePair{};  // that of figure 1: ln 2 without coupling

struct RandomSchedule {
  std::vector<double> starts{0.0}, strengths;

  RandomSchedule(std::mt19937_64& random, std::size_t pieces, double strongest) {
    std::uniform_real_distribution<double> length(0.02, 0.5), strength(-strongest, strongest);
    for (std::size_t j = 0; j < pieces; ++j) {
      if (j > 0) starts.push_back(starts.back() + length(random));
      strengths.push_back(strength(random));
    }
  }
};

TEST(ScheduleGap, FindsWhatTheScanOfKappaFinds) {
  std::mt19937_64 random(1);
  int speciated = 0, at_switch = 0, unstable = 0, none = 0;
  for (int n = 0; n < 300; ++n) {
    // Wider data are not confined at strong coupling; a weak signal has no speciation.
    const SymmetricPair pair{1.0, 2.0, n % 3 == 0 ? 1.3 : 0.8, n % 5 == 0 ? 0.4 : 1.7};
    const RandomSchedule drawn(random, 1 + static_cast<std::size_t>(n % 6), 0.9);
    for (const double eigenvalue : {SymmetricPair::kCommon, SymmetricPair::kDifference}) {
      const Speciation scan =
          SpeciationScan(ModeSumKappa(pair.beta, pair.noise_variance, {eigenvalue},
                                      CouplingSchedule::piecewise(drawn.starts, drawn.strengths),
                                      pair.variance, pair.mean_square))
              .speciation(1.0);
      const ModePassage found = mode_passage(pair, eigenvalue, drawn.starts, drawn.strengths);
      ASSERT_EQ(found.status, scan.status) << n;
      if (std::isnan(scan.time))
        EXPECT_TRUE(std::isnan(found.time));
      else
        EXPECT_NEAR(found.time, scan.time, 1e-12) << n;
      speciated += found.status == SpeciationStatus::speciates ? 1 : 0;
      at_switch += found.status == SpeciationStatus::at_switch ? 1 : 0;
      unstable += found.status == SpeciationStatus::unstable ? 1 : 0;
      none += found.status == SpeciationStatus::no_speciation ? 1 : 0;
    }
  }
  EXPECT_GT(speciated, 100);
  EXPECT_GT(at_switch, 20);
  EXPECT_GT(unstable, 20);
  EXPECT_GT(none, 20);
}

TEST(ScheduleGap, OnePieceIsConstantCoupling) {
  const std::vector<double> starts{0.0};
  for (const double g : {-0.6, 0.0, 0.3, 0.9}) {
    const std::vector<double> strengths{g};
    const ScheduleGap gap = schedule_gap(kModePair, starts, strengths);
    const double common = mode_speciation(-1.0 + g, 2.0, 1.0, 2.0).time;
    const double difference = mode_speciation(-1.0 - g, 2.0, 1.0, 2.0).time;
    EXPECT_NEAR(gap.common.time, common, 1e-14);
    EXPECT_NEAR(gap.value, common - difference, 1e-14);
  }
}

TEST(ScheduleGap, CouplingTheOtherWayRoundExchangesTheModes) {
  std::mt19937_64 random(2);
  for (int n = 0; n < 50; ++n) {
    const RandomSchedule drawn(random, 5, 0.3);  // both modes speciate
    std::vector<double> turned;
    for (const double g : drawn.strengths) turned.push_back(-g);
    const ScheduleGap gap = schedule_gap(kModePair, drawn.starts, drawn.strengths);
    const ScheduleGap other = schedule_gap(kModePair, drawn.starts, turned);
    EXPECT_EQ(gap.value, -other.value);
    EXPECT_EQ(gap.common.time, other.difference.time);
  }
}

TEST(ScheduleGap, CouplingLongBeforeSpeciationLeavesNone) {
  // kappa falls as e^{-2t}: what begins at t = 4 cannot lift it above 1 again.
  const std::vector<double> starts{0.0, 4.0}, strengths{0.0, 0.9};
  const ScheduleGap gap = schedule_gap(kModePair, starts, strengths);
  EXPECT_NEAR(gap.common.time, std::log(2.0), 1e-15);
  EXPECT_EQ(gap.value, 0.0);
  for (const double slope : {gap.gradient[1], gap.common.gradient[1]}) EXPECT_EQ(slope, 0.0);
  EXPECT_GT(gap.gradient[0], 0.1);
}

TEST(ScheduleGap, AModeMustStayAsConfinedAsIsAsked) {
  // The difference mode begins at y / sigma_W^2 = 1 - (1 + g) / 2, and is more confined later.
  const std::vector<double> starts{0.0}, strengths{0.4};
  const auto status = [&](double least) {
    return mode_passage({1.0, 2.0, 1.0, 2.0, least}, SymmetricPair::kDifference, starts, strengths)
        .status;
  };
  EXPECT_EQ(status(0.29), SpeciationStatus::speciates);
  EXPECT_EQ(status(0.31), SpeciationStatus::unstable);
  // What grew under strong coupling is held less when this ends: c = 2 - e^{-0.2}, and y = 2 - c.
  const std::vector<double> two{0.0, 0.2}, ends{0.5, 0.0};
  const auto common = [&](double least) {
    return mode_passage({1.0, 2.0, 1.0, 2.0, least}, SymmetricPair::kCommon, two, ends).status;
  };
  EXPECT_EQ(common(0.5 * std::exp(-0.2) - 1e-6), SpeciationStatus::speciates);
  EXPECT_EQ(common(0.5 * std::exp(-0.2) + 1e-6), SpeciationStatus::unstable);
}

TEST(ScheduleGap, GradientIsThatOfDifferences) {
  std::mt19937_64 random(3);
  constexpr double kStep = 1e-5;
  int compared = 0;
  for (int n = 0; n < 60; ++n) {
    // Near g = beta the common mode's rate passes 0, where the formula has its series.
    RandomSchedule drawn(random, 1 + static_cast<std::size_t>(n % 5), 0.95);
    if (n % 4 == 0) drawn.strengths[0] = 1.0 - 1e-7;
    const auto at = [&](std::size_t j, double step) {
      auto strengths = drawn.strengths;
      strengths[j] += step;
      return schedule_gap({1.0, 2.0, 0.9, 1.7}, drawn.starts, strengths);
    };
    const ScheduleGap gap = at(0, 0.0);
    for (std::size_t j = 0; j < gap.gradient.size(); ++j) {
      const ScheduleGap up = at(j, kStep), down = at(j, -kStep);
      if (up.common.status != down.common.status) continue;
      if (up.difference.status != down.difference.status) continue;
      EXPECT_NEAR(gap.gradient[j], (up.value - down.value) / (2.0 * kStep), 1e-7) << n << ' ' << j;
      ++compared;
    }
  }
  EXPECT_GT(compared, 100);
}

}  // namespace
}  // namespace syncgap::theory
