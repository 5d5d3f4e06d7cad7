#include "theory/kappa.h"

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

namespace syncgap::theory {
namespace {

using Eigen::Matrix2d;
using Eigen::Vector2d;

/// kappa = mu^T C^-1 A mu with A = (M + w2 C^-1)^-1 w2 C^-1, step by step as (25) and (28) say, for
/// means in the plane.
double direct_kappa(const CoupledProcess& process, double g, const DataLaw& data, double theta,
                    double t) {
  const Transition moved = transition(process, CouplingSchedule::constant(g), 0.0, t);
  Matrix2d start = Vector2d(data.variance_x, data.variance_y).asDiagonal();
  const Matrix2d inverse = moved.covariance(start).inverse();
  const Matrix2d a = (process.relaxation(g) + process.noise_variance * inverse).inverse() *
                     process.noise_variance * inverse;
  // Rows: X and Y; columns: the two directions of the signal plane.
  Matrix2d mu;
  mu << std::sqrt(data.mean_square_x), 0.0, std::sqrt(data.mean_square_y) * std::cos(theta),
      std::sqrt(data.mean_square_y) * std::sin(theta);
  mu = moved.propagator * mu;
  return (mu.transpose() * inverse * a * mu).trace();
}

TEST(AngleKappa, IsTheDefinition) {
  std::mt19937_64 random(21);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  for (int i = 0; i < 300; ++i) {
    const auto kind = i % 2 ? CouplingKind::symmetric : CouplingKind::triangular;
    const CoupledProcess process{1.0 + uniform(random), 2.5 + uniform(random), kind};
    const DataLaw data{0.2 + 0.6 * uniform(random), 0.2 + 0.6 * uniform(random), uniform(random),
                       3.0 * uniform(random)};
    const double g = 1.8 * uniform(random) - 0.9, theta = std::numbers::pi * uniform(random);
    const double t = 3.0 * uniform(random);
    const AngleKappa kappa(process, CouplingSchedule::constant(g), data);
    const double wanted = direct_kappa(process, g, data, theta, t);
    EXPECT_NEAR(kappa.line(t, 0).at(std::cos(theta)), wanted, 1e-12 * (1.0 + wanted));
  }
}

TEST(AngleKappa, MatchesThePrintedKernel) {
  // multimodal (132)-(137); corrections E0.11 say these are right where (79) is not.
  const double b = 1.2, w2 = 1.9, g = 0.8;
  const CoupledProcess process{b, w2, CouplingKind::triangular};
  const DataLaw data{0.7, 1.1, 0.9, 1.6};
  const AngleKappa kappa(process, CouplingSchedule::constant(g), data);
  for (double t : {0.0, 0.05, 0.4, 1.3, 5.0}) {
    const double x = 2 * b * t, decay = std::exp(-x);
    const double u = 1 - decay, k = 1 - decay * (1 + x), h = 1 - decay * (1 + x + x * x / 2);
    const double c11 = decay * 0.7 + w2 * u / (2 * b);
    const double c12 = decay * g * t * 0.7 + w2 * g * k / (4 * b * b);
    const double c22 =
        decay * (1.1 + g * g * t * t * 0.7) + w2 * (u / (2 * b) + g * g * h / (4 * b * b * b));
    const double delta = c11 * c22 - c12 * c12;
    const double d = b * b * delta - b * w2 * (c11 + c22) + g * w2 * c12 + w2 * w2;
    const double n11 = w2 * c22 - b * (c22 * c22 + c12 * c12) + g * c12 * c22;
    const double n12 = c12 * (b * (c11 + c22) - g * c12 - w2);
    const double n21 = b * c12 * (c11 + c22) - w2 * c12 - g * c11 * c22;
    const double n22 = w2 * c11 - b * (c11 * c11 + c12 * c12) + g * c11 * c12;
    for (double theta : {0.0, 1.0, 2.0, std::numbers::pi}) {
      const double rho = std::sqrt(0.9 * 1.6) * std::cos(theta);
      const double wanted = w2 * decay / (delta * d) *
                            (n11 * 0.9 + (n12 + n21) * (rho + g * t * 0.9) +
                             n22 * (1.6 + 2 * g * t * rho + g * g * t * t * 0.9));
      EXPECT_NEAR(kappa.line(t, 0).at(std::cos(theta)), wanted, 1e-11) << t << ' ' << theta;
    }
  }
}

TEST(AngleKappa, StartsAtThePrintedValue) {
  // multimodal (85).
  const double g = 0.9, r = 2.0;
  const AngleKappa kappa({1.0, 2.0, CouplingKind::triangular}, CouplingSchedule::constant(g),
                         {1.0, 1.0, 0.8, 1.7});
  for (double cosine : {-1.0, 0.0, 0.6}) {
    const double wanted =
        r / (r - 1) * (0.8 + 1.7) - r * g / ((r - 1) * (r - 1)) * std::sqrt(0.8 * 1.7) * cosine;
    EXPECT_NEAR(kappa.line(0.0, 0).at(cosine), wanted, 1e-14);
  }
}

TEST(AngleKappa, SymmetricMatrixSplitsIntoModes) {
  // For equal norms the share of the common mode is (1 + cos theta) / 2.
  const double variance = 0.8, total = 2.6, beta = 1.1, w2 = 2.2;
  for (const auto& schedule : {CouplingSchedule::constant(0.6), CouplingSchedule::late(0.6, 0.4),
                               CouplingSchedule::cosine(0.9, -0.5, 1.0)}) {
    const AngleKappa angle({beta, w2, CouplingKind::symmetric}, schedule,
                           {variance, variance, total / 2, total / 2});
    const ModeSumKappa modes(beta, w2, {1.0, -1.0}, schedule, variance, total);
    for (double t : {0.0, 0.1, 0.39, 0.7, 2.0})
      for (double cosine : {-1.0, -0.2, 0.5, 1.0}) {
        const std::size_t piece = schedule.piece_index(t);
        EXPECT_NEAR(angle.line(t, piece).at(cosine), modes.line(t, piece).at(0.5 * (1.0 + cosine)),
                    1e-12);
        EXPECT_NEAR(angle.line(t, piece).restoring_rate, modes.line(t, piece).restoring_rate,
                    1e-12);
      }
  }
}

TEST(ModeSumKappa, TwoModalitiesAreThePrintedSum) {
  const double g = 0.4;
  const ModeSumKappa kappa(1.0, 2.0, {1.0, -1.0}, CouplingSchedule::constant(g), 1.0, 2.0);
  for (double t : {0.0, 0.3, 1.0, 4.0})
    for (double share : {0.0, 0.25, 1.0})
      EXPECT_NEAR(kappa.line(t, 0).at(share),
                  mode_kappa(-1 + g, 2.0, 1.0, 2 * share, t) +
                      mode_kappa(-1 - g, 2.0, 1.0, 2 - 2 * share, t),
                  1e-13);
}

TEST(ModeSumKappa, KeepsItsDigitsWhereOneModeHasDecayed) {
  // All the signal in the common mode, which g < 0 makes the fast one.
  const ModeSumKappa kappa(1.0, 2.0, {1.0, -1.0}, CouplingSchedule::constant(-0.9), 1.0, 2.0);
  EXPECT_NEAR(kappa.line(8.0, 0).at(1.0), 4.767178e-13, 5e-20);
  for (double t : {0.0, 2.0, 8.0, 12.0, 100.0}) {
    const double common = mode_kappa(-1.9, 2.0, 1.0, 2.0, t);
    const double difference = mode_kappa(-0.1, 2.0, 1.0, 2.0, t);
    EXPECT_NEAR(kappa.line(t, 0).at(1.0), common, 1e-13 * common) << t;
    EXPECT_NEAR(kappa.line(t, 0).at(0.0), difference, 1e-13 * difference) << t;
  }
}

TEST(ModeSumKappa, HorizonIsBeyondTheLastRoot) {
  for (double total : {0.5, 2.0, 100.0, 1e6})
    for (double g : {-0.99, 0.0, 0.7, 1.0 - 1e-9}) {
      const ModeSumKappa kappa(1.0, 2.0, {1.0, -1.0}, CouplingSchedule::constant(g), 0.9, total);
      const KappaLine line = kappa.line(kappa.horizon(), 0);
      EXPECT_LT(line.at(0.0), 1.0);
      EXPECT_LT(line.at(1.0), 1.0);
    }
}

TEST(AngleKappa, HorizonIsBeyondTheLastRoot) {
  for (double total : {0.5, 2.0, 100.0, 1e6})
    for (double g : {-3.0, 0.0, 0.7, 8.0}) {
      const AngleKappa kappa({1.0, 2.0, CouplingKind::triangular}, CouplingSchedule::constant(g),
                             {1.0, 0.5, total, total});
      for (double later : {1.0, 1.1, 1.7, 4.0, 9.0})
        for (double cosine : {-1.0, 0.0, 1.0})
          EXPECT_LT(kappa.line(later * kappa.horizon(), 0).at(cosine), 1.0);
    }
}

}  // namespace
}  // namespace syncgap::theory
