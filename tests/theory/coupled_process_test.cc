#include "theory/coupled_process.h"

#include <cmath>
#include <numbers>

#include <Eigen/Dense>
#include <boost/math/special_functions/gamma.hpp>
#include <gtest/gtest.h>

namespace syncgap::theory {
namespace {

using Eigen::Matrix2d;
using Eigen::Vector2d;

CoupledProcess make_process(CouplingKind kind) { return {1.3, 1.7, kind}; }

/// The obvious version: classical Runge-Kutta of dE/dt = M E, dC/dt = M C + C M^T + sigma_W^2 I.
Transition integrate_moments(const CoupledProcess& process, const CouplingSchedule& schedule,
                             double t0, double t1, int steps) {
  Transition z;
  const double h = (t1 - t0) / steps;
  auto slope = [&](double t, const Transition& y) {
    const Matrix2d m = process.relaxation(schedule(t));
    return Transition{m * y.propagator, m * y.noise + y.noise * m.transpose() +
                                            process.noise_variance * Matrix2d::Identity()};
  };
  auto moved = [](const Transition& y, const Transition& k, double by) {
    return Transition{y.propagator + by * k.propagator, y.noise + by * k.noise};
  };
  for (int i = 0; i < steps; ++i) {
    const double t = t0 + h * i;
    const Transition k1 = slope(t, z), k2 = slope(t + h / 2, moved(z, k1, h / 2));
    const Transition k3 = slope(t + h / 2, moved(z, k2, h / 2));
    const Transition k4 = slope(t + h, moved(z, k3, h));
    z.propagator += h / 6 * (k1.propagator + 2 * k2.propagator + 2 * k3.propagator + k4.propagator);
    z.noise += h / 6 * (k1.noise + 2 * k2.noise + 2 * k3.noise + k4.noise);
  }
  return z;
}

void expect_same(const Transition& seen, const Transition& wanted, double relative) {
  EXPECT_LE((seen.propagator - wanted.propagator).norm(), relative * wanted.propagator.norm())
      << seen.propagator << "\nwanted\n"
      << wanted.propagator;
  EXPECT_LE((seen.noise - wanted.noise).norm(), relative * wanted.noise.norm())
      << seen.noise << "\nwanted\n"
      << wanted.noise;
}

TEST(GammaLadder, IsTheRegularisedIncompleteGammaFunction) {
  for (double x : {0.0, 1e-300, 1e-12, 1e-6, 1e-3, 0.1, 0.5, 1.0, 1.4999, 1.5001, 2.0, 5.0, 40.0}) {
    const GammaLadder ladder = gamma_ladder(x);
    const double p[] = {ladder.p1, ladder.p2, ladder.p3};
    for (int n = 1; n <= 3; ++n) {
      const double wanted = x == 0.0 ? 0.0 : boost::math::gamma_p(n, x);
      EXPECT_NEAR(p[n - 1], wanted, 4e-15 * wanted) << "n=" << n << " x=" << x;
    }
  }
}

TEST(GrowthIntegral, IsSmoothThroughZeroRate) {
  EXPECT_EQ(growth_integral(0.0, 2.5), 2.5);
  EXPECT_DOUBLE_EQ(growth_integral(1e-20, 2.5), 2.5);
  EXPECT_NEAR(growth_integral(-1e-6, 2.0), 2.0 - 4e-6 + 16e-12 / 3, 1e-15);
  EXPECT_DOUBLE_EQ(growth_integral(-1.0, 0.7), (1 - std::exp(-1.4)) / 2);
}

TEST(CoupledProcess, ConstantCouplingSolvesTheMomentEquations) {
  for (const CouplingKind kind : {CouplingKind::symmetric, CouplingKind::triangular}) {
    const CoupledProcess process = make_process(kind);
    for (double g : {-0.9, 0.0, 0.4, 1.2}) {
      const auto schedule = CouplingSchedule::constant(g);
      expect_same(transition(process, schedule, 0.0, 1.1),
                  integrate_moments(process, schedule, 0.0, 1.1, 400), 1e-10);
    }
  }
}

TEST(CoupledProcess, SmoothSchedulesSolveTheMomentEquations) {
  for (const CouplingKind kind : {CouplingKind::symmetric, CouplingKind::triangular}) {
    const CoupledProcess process = make_process(kind);
    for (const auto& schedule :
         {CouplingSchedule::linear(0.9, -0.4, 1.5), CouplingSchedule::cosine(1.1, 0.2, 1.5)}) {
      expect_same(transition(process, schedule, 0.2, 1.4),
                  integrate_moments(process, schedule, 0.2, 1.4, 800), 1e-10);
    }
  }
}

TEST(CoupledProcess, HalvedStepsChangeNothing) {
  for (const CouplingKind kind : {CouplingKind::symmetric, CouplingKind::triangular}) {
    const CoupledProcess process{2.0, 1.0, kind};
    const auto schedule = CouplingSchedule::cosine(1.9, -1.5, 3.0);
    const Transition whole = transition(process, schedule, 0.0, 4.0);
    for (int parts : {2, 4, 64}) {
      Transition composed;
      for (int i = 0; i < parts; ++i)
        composed =
            composed.then(transition(process, schedule, 4.0 * i / parts, 4.0 * (i + 1) / parts));
      expect_same(composed, whole, 2e-14);
    }
  }
}

TEST(CoupledProcess, APiecewiseScheduleOfEqualStrengthsIsConstant) {
  const double starts[] = {0.0, 0.3, 0.31, 1.0}, strengths[] = {0.7, 0.7, 0.7, 0.7};
  const auto pieces = CouplingSchedule::piecewise(starts, strengths);
  const auto flat_ramp = CouplingSchedule::cosine(0.7, 0.7, 1.0);
  const auto nearly_flat = CouplingSchedule::linear(0.7, 0.7 + 1e-15, 1.0);
  for (const CouplingKind kind : {CouplingKind::symmetric, CouplingKind::triangular}) {
    const CoupledProcess process = make_process(kind);
    const Transition wanted = transition(process, CouplingSchedule::constant(0.7), 0.0, 2.0);
    expect_same(transition(process, pieces, 0.0, 2.0), wanted, 1e-14);
    expect_same(transition(process, flat_ramp, 0.0, 2.0), wanted, 1e-14);
    expect_same(transition(process, nearly_flat, 0.0, 2.0), wanted, 1e-14);
  }
}

TEST(CoupledProcess, LongTimesReachTheStationaryLaw) {
  // corrections E0.20: beta = 1, sigma_W^2 = 2, g = 1 gives [[1, .5], [.5, 1.5]].
  const CoupledProcess triangular{1.0, 2.0, CouplingKind::triangular};
  const Transition t = transition(triangular, CouplingSchedule::constant(1.0), 0.0, 60.0);
  Matrix2d wanted;
  wanted << 1.0, 0.5, 0.5, 1.5;
  EXPECT_LE((t.covariance(Matrix2d::Identity()) - wanted).norm(), 1e-14);
  // Symmetric: sigma_W^2 / (2 (beta -+ g)) in the common and difference mode.
  const CoupledProcess symmetric{1.0, 2.0, CouplingKind::symmetric};
  const Matrix2d c = transition(symmetric, CouplingSchedule::constant(0.5), 0.0, 80.0)
                         .covariance(Matrix2d::Identity());
  EXPECT_NEAR(c(0, 0) + c(0, 1), 2.0, 1e-13);
  EXPECT_NEAR(c(0, 0) - c(0, 1), 2.0 / 3.0, 1e-13);
}

TEST(CoupledProcess, DrivenMeanGrowsWithTheIntegratedCoupling) {
  // multimodal (80)-(81) with g t replaced by the integral of g.
  const CoupledProcess process{1.0, 2.0, CouplingKind::triangular};
  const auto schedule = CouplingSchedule::late(0.8, 0.35);
  const Vector2d mean = transition(process, schedule, 0.0, 1.0).mean(Vector2d(2.0, -1.0));
  EXPECT_NEAR(mean(0), 2.0 * std::exp(-1.0), 1e-15);
  EXPECT_NEAR(mean(1), std::exp(-1.0) * (-1.0 + 0.8 * 0.35 * 2.0), 1e-15);
}

TEST(CoupledProcess, RememberedMomentsAreTheDirectOnes) {
  const double starts[] = {0.0, 0.5, 1.5}, strengths[] = {0.2, -0.6, 0.9};
  for (const CouplingKind kind : {CouplingKind::symmetric, CouplingKind::triangular}) {
    const CoupledProcess process = make_process(kind);
    for (const auto& schedule :
         {CouplingSchedule::constant(0.6), CouplingSchedule::late(0.6, 0.4),
          CouplingSchedule::early(0.6, 0.4), CouplingSchedule::linear(0.1, 1.0, 6.0),
          CouplingSchedule::cosine(1.0, 0.0, 6.0),
          CouplingSchedule::piecewise(starts, strengths)}) {
      const CoupledMoments moments(process, schedule);
      for (double t : {0.0, 1e-9, 0.4, 0.5, 1.0, 3.7, 6.0, 11.0})
        expect_same(moments.at(t), transition(process, schedule, 0.0, t), 1e-13);
    }
  }
}

TEST(CoupledMode, ModesAreTheEigenmodesOfTheSymmetricMatrix) {
  const CoupledProcess process = make_process(CouplingKind::symmetric);
  for (const auto& schedule : {CouplingSchedule::constant(0.6), CouplingSchedule::late(0.6, 0.4),
                               CouplingSchedule::cosine(1.0, -0.3, 2.0)}) {
    const Transition both = CoupledMoments(process, schedule).at(1.7);
    for (double eigenvalue : {+1.0, -1.0}) {
      const Vector2d v = Vector2d(1.0, eigenvalue) / std::numbers::sqrt2;
      const ModeTransition mode =
          ModeMoments({process.beta, process.noise_variance, eigenvalue}, schedule).at(1.7);
      EXPECT_NEAR(v.dot(both.propagator * v), std::exp(mode.log_growth), 1e-14);
      EXPECT_NEAR(v.dot(both.noise * v), mode.noise, 1e-14);
      EXPECT_NEAR(v.dot(both.covariance(0.3 * Matrix2d::Identity()) * v), mode.covariance(0.3),
                  1e-14);
    }
  }
}

TEST(CouplingSchedule, SwitchesIncludeTheSwitchTime) {
  const auto late = CouplingSchedule::late(0.5, 0.35), early = CouplingSchedule::early(0.5, 0.35);
  EXPECT_EQ(late(0.0), 0.5);
  EXPECT_EQ(late(0.35), 0.5);
  EXPECT_EQ(late(std::nextafter(0.35, 1.0)), 0.0);
  EXPECT_EQ(early(std::nextafter(0.35, 0.0)), 0.0);
  EXPECT_EQ(early(0.35), 0.5);
  EXPECT_EQ(early(9.0), 0.5);
  EXPECT_EQ(CouplingSchedule::early(0.5, 0.0)(0.0), 0.5);
  EXPECT_EQ(CouplingSchedule::late(0.5, 0.0)(0.0), 0.5);
}

TEST(CouplingSchedule, IntegralIsTheAreaUnderTheCurve) {
  EXPECT_DOUBLE_EQ(CouplingSchedule::constant(0.5).integral(1.0, 3.0), 1.0);
  EXPECT_DOUBLE_EQ(CouplingSchedule::late(0.5, 0.35).integral(0.1, 2.0), 0.125);
  EXPECT_DOUBLE_EQ(CouplingSchedule::early(0.5, 0.35).integral(0.1, 2.0), 0.825);
  EXPECT_DOUBLE_EQ(CouplingSchedule::linear(1.0, 0.0, 2.0).integral(0.0, 3.0), 1.0);
  EXPECT_DOUBLE_EQ(CouplingSchedule::linear(1.0, 0.0, 2.0).integral(1.0, 3.0), 0.25);
  EXPECT_DOUBLE_EQ(CouplingSchedule::cosine(1.0, 0.0, 2.0).integral(0.0, 5.0), 1.0);
  EXPECT_NEAR(CouplingSchedule::cosine(1.0, 0.5, 2.0).integral(0.0, 1.0),
              0.75 + 0.25 * 2.0 / std::numbers::pi, 1e-15);
}

TEST(CouplingSchedule, RampsRunFromEndToEnd) {
  for (const auto& ramp :
       {CouplingSchedule::linear(0.9, -0.3, 2.0), CouplingSchedule::cosine(0.9, -0.3, 2.0)}) {
    EXPECT_DOUBLE_EQ(ramp(0.0), 0.9);
    EXPECT_NEAR(ramp(1.0), 0.3, 1e-15);
    EXPECT_DOUBLE_EQ(ramp(2.0), -0.3);
    EXPECT_DOUBLE_EQ(ramp(50.0), -0.3);
    EXPECT_DOUBLE_EQ(ramp.largest_magnitude(), 0.9);
    EXPECT_DOUBLE_EQ(ramp.range().lowest, -0.3);
    EXPECT_DOUBLE_EQ(ramp.range().highest, 0.9);
    EXPECT_FALSE(ramp.is_constant());
  }
}

}  // namespace
}  // namespace syncgap::theory
