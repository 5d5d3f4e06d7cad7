#include "theory/collapse.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "theory/precise.h"

namespace syncgap::theory {
namespace {

/// Figure 2: alpha = 1, sigma^2/sigma_W^2 = 1, beta = 1.
double joint(double g, double alpha = 1.0, double variance = 1.0, double noise = 1.0) {
  const double rates[] = {-1.0 + g, -1.0 - g};
  return joint_collapse_time(rates, noise, variance, 4.0 * alpha);
}

double printed(double rate, double alpha = 1.0) {
  return mode_collapse_time(rate, 1.0, 1.0, 2.0 * alpha);
}

TEST(Collapse, ReproducesFigure2) {
  const double g[] = {0, .25, .5, .75, .99};
  const double wanted[] = {.136171, .136158, .136120, .136057, .135972};
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(joint(g[i]), wanted[i], 5.1e-7) << g[i];
  EXPECT_NEAR(printed(-1.0), .136171, 5.1e-7);
  EXPECT_NEAR(printed(-1.0 + .99), .156273, 5.1e-7);
  EXPECT_NEAR(printed(-1.0 - .99), .121668, 5.1e-7);
}

TEST(Collapse, ReproducesFigure5) {
  const double g[] = {0, .5, 1, 2, 3};
  const double joints[] = {.136171, .136158, .136120, .135969, .135720};
  const double conditionals[] = {.136171, .136145, .136069, .135767, .135273};
  const DataLaw data;
  for (int i = 0; i < 5; ++i) {
    const CoupledMoments moments({1.0, 1.0, CouplingKind::triangular},
                                 CouplingSchedule::constant(g[i]));
    EXPECT_NEAR(joint_collapse_time(moments, data, 4.0), joints[i], 5.1e-7);
    EXPECT_NEAR(conditional_collapse_time(moments, data, 2.0), conditionals[i], 5.1e-7);
  }
}

TEST(Collapse, TriangularRootsAreFoundHoweverFarOut) {
  // Few samples for their dimension: CIFAR, ImageNet and LSUN are near 4e-4. sigma_W^2 = 2.
  const DataLaw data;
  struct Case {
    double g, alpha, joint, conditional;
  };
  // Of 80 and 400 digits.
  const Case cases[] = {
      {0.0, 4.312e-4, 3.5281112634103175, 3.5281112634103175},
      {1.0, 4.312e-4, 4.5287560453458238, 4.9299013021334149},
      {0.0, 1e-6, 6.5611821887020811, 6.5611821887020811},
      {1.0, 1e-6, 8.1575571336106098, 8.5419547851697035},
      {0.0, 1e-100, 114.78268105942231, 114.78268105942231},
      {1.0, 1e-100, 119.10037531803311, 119.44984656739464},
      {0.0, 250.0, 0.5 * std::exp(-500.0), 0.5 * std::exp(-500.0)},
      {1.0, 250.0, 0.5 * std::exp(-500.0), 0.5 * std::exp(-500.0)},
      {0.0, 1000.0, 0.0, 0.0},
  };
  for (const Case& c : cases) {
    const CoupledMoments moments({1.0, 2.0, CouplingKind::triangular},
                                 CouplingSchedule::constant(c.g));
    EXPECT_NEAR(joint_collapse_time(moments, data, 4.0 * c.alpha), c.joint, 1e-12 * c.joint)
        << c.g << ' ' << c.alpha;
    EXPECT_NEAR(conditional_collapse_time(moments, data, 2.0 * c.alpha), c.conditional,
                1e-12 * c.conditional)
        << c.g << ' ' << c.alpha;
  }
}

TEST(Collapse, ScheduledRootsAreFoundHoweverFarOut) {
  const auto schedule = CouplingSchedule::late(0.3, 0.5);
  const DataLaw data;
  const CoupledMoments both({1.0, 2.0, CouplingKind::symmetric}, schedule);
  const std::array<ModeMoments, 2> modes{ModeMoments({1.0, 2.0, +1.0}, schedule),
                                         ModeMoments({1.0, 2.0, -1.0}, schedule)};
  for (double log_ratio : {1e-200, 1e-20, 1e-3, 600.0}) {
    const double wanted = joint_collapse_time(modes, 1.0, log_ratio);
    EXPECT_GT(wanted, 0.0);
    EXPECT_NEAR(joint_collapse_time(both, data, log_ratio), wanted, 1e-12 * wanted) << log_ratio;
  }
}

TEST(Collapse, NothingIsLeftOfTheDataInTheEnd) {
  for (const CouplingKind kind : {CouplingKind::symmetric, CouplingKind::triangular}) {
    const CoupledMoments moments({1.0, 2.0, kind}, CouplingSchedule::constant(0.5));
    EXPECT_EQ(memory_ratios(moments.at(2000.0), DataLaw{})[0], 0.0);
    EXPECT_EQ(memory_ratios(moments.at(2000.0), DataLaw{})[1], 0.0);
    EXPECT_EQ(conditional_log_ratio(moments.at(2000.0), DataLaw{}), 0.0);
  }
}

TEST(Collapse, ConditionalTimeDependsOnTheReadingOfAlpha) {
  // corrections E0.9: effective dimension d gives alpha_C = 2 alpha.
  const DataLaw data;
  const CoupledMoments uncoupled({1.0, 1.0, CouplingKind::triangular},
                                 CouplingSchedule::constant(0.0));
  EXPECT_NEAR(conditional_collapse_time(uncoupled, data, 4.0), .01832, 5.1e-6);
  // With sigma_W^2 = 2, alpha = .25 it is the larger one for some g.
  const CoupledMoments moments({1.0, 2.0, CouplingKind::triangular},
                               CouplingSchedule::constant(1.0));
  EXPECT_GT(conditional_collapse_time(moments, data, 0.5), joint_collapse_time(moments, data, 1.0));
}

TEST(Collapse, TheUpperBoundIsOnlyReachedForVanishingRates) {
  // corrections E0.6.
  const double bound = collapse_time_bound(1.0, 1.0, 2.0);
  EXPECT_NEAR(bound, .156518, 5.1e-7);
  EXPECT_NEAR(joint(0.0), .136171, 5.1e-7);
  const double slow[] = {-.001, -.001};
  EXPECT_NEAR(joint_collapse_time(slow, 1.0, 1.0, 4.0) / bound, .99984, 5.1e-6);
  for (double g : {-0.9, -0.3, 0.0, 0.5, 0.99})
    for (double alpha : {0.01, 0.3, 1.0, 2.0})
      EXPECT_LT(joint(g, alpha), collapse_time_bound(1.0, 1.0, 2.0 * alpha));
}

TEST(Collapse, JointTimeIsLargestUncoupledOnlyForManySamples) {
  // At alpha = 1 the joint time is largest uncoupled (corrections E0.6); the slow mode keeps its
  // memory so long that for small alpha it is the other way round.
  for (double g : {-0.9, 0.2, 0.5, 0.99}) {
    EXPECT_LT(joint(g, 1.0), joint(0.0, 1.0));
    EXPECT_GT(joint(g, 0.3), joint(0.0, 0.3));
  }
}

TEST(Collapse, ClosedFormIsRightInEveryLimit) {
  for (double rate : {-2.0, -0.3, -1e-3, -1e-8, -1e-15, 0.0})
    for (double log_ratio : {1e-6, 1e-3, 0.5, 4.0, 25.0}) {
      const double wanted = precise::falling_root([&](const precise::Real& t) -> precise::Real {
        return precise::memory_ratio(rate, 1.7, 0.6, t) + 1 - exp(precise::Real(log_ratio));
      });
      const double seen = mode_collapse_time(rate, 1.7, 0.6, log_ratio);
      EXPECT_NEAR(seen, wanted, 1e-13 * wanted) << rate << ' ' << log_ratio;
      EXPECT_NEAR(std::log1p(memory_ratio(rate, 1.7, 0.6, seen)), log_ratio, 2e-14 * log_ratio);
    }
}

TEST(Collapse, JointRootMatchesPreciseRoot) {
  std::mt19937_64 random(41);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  for (int i = 0; i < 12; ++i) {
    const double g = i == 0 ? 1.0 - 1e-12 : 1.98 * uniform(random) - 0.99;
    const double alpha = std::pow(10.0, 2.5 * uniform(random) - 2.0);
    const double wanted = precise::falling_root([&](const precise::Real& t) -> precise::Real {
      return log(1 + precise::memory_ratio(-1 + precise::Real(g), 1.0, 0.8, t)) +
             log(1 + precise::memory_ratio(-1 - precise::Real(g), 1.0, 0.8, t)) - 4 * alpha;
    });
    EXPECT_NEAR(joint(g, alpha, 0.8), wanted, 1e-11 * wanted) << g << ' ' << alpha;
    EXPECT_NEAR(joint(-g, alpha, 0.8), wanted, 1e-11 * wanted);
  }
}

TEST(Collapse, SchedulesOfConstantStrengthAgreeWithTheClosedForms) {
  const double starts[] = {0.0, 0.01, 0.2}, strengths[] = {0.6, 0.6, 0.6};
  const auto schedule = CouplingSchedule::piecewise(starts, strengths);
  const DataLaw data{0.8, 0.8, 1.0, 1.0};
  for (double log_ratio : {0.05, 1.0, 4.0, 30.0}) {
    const double rates[] = {-1.0 + 0.6, -1.0 - 0.6};
    const std::array<ModeMoments, 2> modes{ModeMoments({1.0, 1.3, +1.0}, schedule),
                                           ModeMoments({1.0, 1.3, -1.0}, schedule)};
    const CoupledMoments both({1.0, 1.3, CouplingKind::symmetric}, schedule);
    const double wanted = joint_collapse_time(rates, 1.3, 0.8, log_ratio);
    EXPECT_NEAR(joint_collapse_time(modes, 0.8, log_ratio), wanted, 1e-12 * wanted);
    EXPECT_NEAR(joint_collapse_time(both, data, log_ratio), wanted, 1e-12 * wanted);
    for (int k = 0; k < 2; ++k) {
      const double alone = mode_collapse_time(rates[k], 1.3, 0.8, log_ratio);
      EXPECT_NEAR(mode_collapse_time(modes[k], 0.8, log_ratio), alone, 1e-12 * alone);
    }
  }
}

TEST(Collapse, MemoryRatiosAreTheGeneralisedEigenvalues) {
  const DataLaw data{0.7, 1.2, 0.0, 0.0};
  for (const CouplingKind kind : {CouplingKind::symmetric, CouplingKind::triangular}) {
    const Transition moved =
        transition({1.1, 1.6, kind}, CouplingSchedule::constant(0.9), 0.0, 0.4);
    Eigen::Matrix2d start = Eigen::Matrix2d::Zero();
    start.diagonal() << 0.7, 1.2;
    const Eigen::Matrix2d c = moved.covariance(start);
    const auto chi = memory_ratios(moved, data);
    const double det_ratio =
        (c(0, 0) * c(1, 1) - c(0, 1) * c(0, 1)) /
        (moved.noise(0, 0) * moved.noise(1, 1) - moved.noise(0, 1) * moved.noise(0, 1));
    EXPECT_NEAR((1 + chi[0]) * (1 + chi[1]), det_ratio, 1e-12 * det_ratio);
    for (double x : chi) {
      const Eigen::Matrix2d singular = c - (1 + x) * moved.noise;
      EXPECT_NEAR(singular(0, 0) * singular(1, 1) - singular(0, 1) * singular(1, 0), 0.0, 1e-12);
    }
    EXPECT_GE(chi[0], chi[1]);
    const double cyx = c(1, 1) - c(0, 1) * c(0, 1) / c(0, 0);
    const double qyx =
        moved.noise(1, 1) - moved.noise(0, 1) * moved.noise(0, 1) / moved.noise(0, 0);
    EXPECT_NEAR(conditional_log_ratio(moved, data), std::log(cyx / qyx), 1e-12);
  }
}

TEST(Collapse, JointRatioFallsUnderAnySchedule) {
  // The ratio is twice the information the noisy point keeps about its origin.
  const DataLaw data{0.7, 1.2, 0.0, 0.0};
  for (const CouplingKind kind : {CouplingKind::symmetric, CouplingKind::triangular})
    for (const auto& schedule :
         {CouplingSchedule::late(2.5, 0.3), CouplingSchedule::early(2.5, 0.3),
          CouplingSchedule::cosine(2.5, -2.0, 1.0)}) {
      const CoupledMoments moments({1.0, 1.5, kind}, schedule);
      double before = INFINITY;
      for (double t = 0.01; t < 3.0; t += 0.01) {
        const auto chi = memory_ratios(moments.at(t), data);
        const double now = std::log1p(chi[0]) + std::log1p(chi[1]);
        EXPECT_LT(now, before);
        before = now;
        EXPECT_LE(conditional_log_ratio(moments.at(t), data), now * (1 + 1e-12));
      }
      const double t = joint_collapse_time(moments, data, 2.0);
      const auto chi = memory_ratios(moments.at(t), data);
      EXPECT_NEAR(std::log1p(chi[0]) + std::log1p(chi[1]), 2.0, 1e-12);
    }
}

TEST(Collapse, PosteriorWeightsCondenseAtTheRandomEnergyTime) {
  // corrections E0.7: d = 12, n = 20000, g = .5, common mode (rate -.5), sigma^2/sigma_W^2 = 1/2.
  constexpr int kDimension = 12, kPoints = 20000, kTrials = 60;
  const double rate = -0.5, noise = 2.0, variance = 1.0;
  const double per_dimension = std::log(static_cast<double>(kPoints)) / kDimension;
  const double energy_model = mode_collapse_time(rate, noise, variance, 2.0 * per_dimension);
  const double as_printed = mode_collapse_time(rate, noise, variance, per_dimension);
  const double rates[] = {-0.5, -1.5};
  EXPECT_NEAR(energy_model, .112, 5e-4);
  EXPECT_NEAR(as_printed, .329, 5e-4);
  EXPECT_NEAR(joint_collapse_time(rates, noise, variance, 2.0 * per_dimension), .289, 5e-4);

  std::mt19937_64 random(42);
  std::normal_distribution<double> normal;
  std::vector<std::array<double, kDimension>> points(kPoints);
  for (auto& point : points)
    for (double& x : point) x = normal(random);
  // Mean posterior weight of the training point a noisy one came from, and its standard error.
  auto mean_weight = [&](double t) {
    const double decay = std::exp(rate * t), q = noise * growth_integral(rate, t);
    double sum = 0.0, squares = 0.0;
    for (int trial = 0; trial < kTrials; ++trial) {
      std::array<double, kDimension> z;
      for (int k = 0; k < kDimension; ++k)
        z[k] = decay * points[trial][k] + std::sqrt(q) * normal(random);
      double own = 0.0, all = 0.0;
      for (int i = 0; i < kPoints; ++i) {
        double distance = 0.0;
        for (int k = 0; k < kDimension; ++k) {
          const double gap = z[k] - decay * points[i][k];
          distance += gap * gap;
        }
        const double weight = std::exp(-distance / (2.0 * q));
        all += weight;
        if (i == trial) own = weight;
      }
      sum += own / all;
      squares += own / all * own / all;
    }
    const double mean = sum / kTrials;
    return std::pair(mean, std::sqrt((squares / kTrials - mean * mean) / kTrials));
  };
  const auto [at_energy_model, error] = mean_weight(energy_model);
  EXPECT_NEAR(at_energy_model, .57, 4.0 * error + .005);
  const auto [at_printed, small_error] = mean_weight(as_printed);
  EXPECT_NEAR(at_printed, .05, 4.0 * small_error + .005);
}

}  // namespace
}  // namespace syncgap::theory
