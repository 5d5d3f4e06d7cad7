#include "theory/noised_mixture.h"

#include <cmath>
#include <numbers>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "theory/mixtures.h"

namespace syncgap::theory {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Three Gaussians in three dimensions with covariances of every kind: point, diagonal, tilted.
DataMixture motley() {
  MatrixXd means(3, 3);
  means << 1.0, -0.5, 0.2, 0.3, 0.8, -1.1, -0.4, 0.1, 0.9;
  const MatrixXd turn = some_rotation(3);
  const MatrixXd flat = VectorXd(Eigen::Vector3d(0.5, 0.1, 0.0)).asDiagonal();
  return DataMixture::of_gaussians(
      means, Eigen::Vector3d(0.2, 0.5, 0.3),
      std::vector<MatrixXd>{MatrixXd::Zero(3, 3), flat, turn * flat * turn.transpose()});
}

/// The obvious density.
double direct_density(const DataMixture& data, const std::vector<MatrixXd>& covariances, double s,
                      const VectorXd& x) {
  double sum = 0.0;
  for (Eigen::Index k = 0; k < data.count(); ++k) {
    const MatrixXd c =
        covariances[static_cast<std::size_t>(k)] + s * MatrixXd::Identity(x.size(), x.size());
    const VectorXd apart = x - data.means().col(k);
    sum += data.weights()[k] * std::exp(-0.5 * apart.dot(c.inverse() * apart)) /
           std::sqrt((2.0 * std::numbers::pi * c).determinant());
  }
  return sum;
}

TEST(NoisedMixture, DensityIsTheSumOfItsGaussians) {
  const MatrixXd turn = some_rotation(3);
  const MatrixXd flat = VectorXd(Eigen::Vector3d(0.5, 0.1, 0.0)).asDiagonal();
  const std::vector<MatrixXd> covariances = {MatrixXd::Zero(3, 3), flat,
                                             turn * flat * turn.transpose()};
  const DataMixture data = motley();
  const NoisedMixture noised(data, 0.3);
  for (const VectorXd& x :
       {VectorXd(Eigen::Vector3d(0.1, 0.2, 0.3)), VectorXd(Eigen::Vector3d(-1.0, 2.0, 0.5))}) {
    const double wanted = std::log(direct_density(data, covariances, 0.3, x));
    EXPECT_NEAR(noised.log_density(x), wanted, 1e-13);
    EXPECT_NEAR(noised.at(x).log_density, wanted, 1e-13);
    EXPECT_NEAR(noised.at(x).responsibilities.sum(), 1.0, 1e-15);
  }
}

TEST(NoisedMixture, ScoreAndJacobianAreDerivatives) {
  const NoisedMixture noised(motley(), 0.2);
  const VectorXd x = Eigen::Vector3d(0.3, -0.2, 0.4);
  const PosteriorState state = noised.at(x);
  const MatrixXd jacobian = noised.jacobian(x, state);
  const double h = 1e-5;
  for (int d = 0; d < 3; ++d) {
    const VectorXd step = h * VectorXd::Unit(3, d);
    EXPECT_NEAR(state.score[d],
                (noised.log_density(x + step) - noised.log_density(x - step)) / (2 * h), 1e-8);
    const VectorXd slope = (noised.at(x + step).score - noised.at(x - step).score) / (2 * h);
    EXPECT_LE((jacobian.col(d) - slope).norm(), 1e-7);
  }
  EXPECT_NEAR(noised.divergence(x, state), jacobian.trace(), 1e-13);
}

TEST(NoisedMixture, PosteriorHasTheMeanAndVarianceItReports) {
  const NoisedMixture noised(motley(), 0.2);
  const VectorXd x = Eigen::Vector3d(0.3, -0.2, 0.4);
  const PosteriorState state = noised.at(x);
  const DataMixture posterior = noised.posterior(x, state);
  EXPECT_LE((posterior.mean() - noised.posterior_mean(x, state)).norm(), 1e-14);
  EXPECT_NEAR(posterior.total_variance(), noised.posterior_variance(x, state), 1e-14);
  // Fisher information I = 1/s + J = cov(y|x)/s^2: information (60) with E4.5.
  const MatrixXd fisher = noised.jacobian(x, state) + MatrixXd::Identity(3, 3) / 0.2;
  EXPECT_LE((fisher - posterior.covariance() / 0.04).norm(), 1e-11);
}

TEST(NoisedMixture, BayesHoldsBetweenPriorAndPosterior) {
  // p(y|x) p(x) = p(x|y) p(y) at any y: Gaussians on a line.
  const DataMixture data = on_line({-1.0, 0.5, 2.0}, 0.3, {0.2, 0.5, 0.3});
  const NoisedMixture noised(data, 0.7), prior(data, 0.0);
  const VectorXd x = VectorXd::Constant(1, 0.4), y = VectorXd::Constant(1, -0.2);
  const PosteriorState state = noised.at(x);
  const double forward = -0.5 * 0.6 * 0.6 / 0.7 - 0.5 * std::log(2 * std::numbers::pi * 0.7);
  EXPECT_NEAR(NoisedMixture(noised.posterior(x, state), 0.0).log_density(y) + state.log_density,
              forward + prior.log_density(y), 1e-14);
}

TEST(NoisedMixture, RotationsTurnTheScoreAndNothingElse) {
  const DataMixture data = motley();
  const MatrixXd turn = some_rotation(3);
  std::vector<MatrixXd> covariances;
  for (Eigen::Index k = 0; k < 3; ++k) {
    const MatrixXd axes = data.axes(k).size() ? data.axes(k) : MatrixXd::Identity(3, 3);
    covariances.emplace_back(turn * axes * data.spectra().col(k).asDiagonal() * axes.transpose() *
                             turn.transpose());
  }
  const NoisedMixture noised(data, 0.2);
  const NoisedMixture turned(
      DataMixture::of_gaussians(turn * data.means(), data.weights(), covariances), 0.2);
  const VectorXd x = Eigen::Vector3d(0.3, -0.2, 0.4);
  const PosteriorState before = noised.at(x), after = turned.at(turn * x);
  EXPECT_NEAR(before.log_density, after.log_density, 1e-13);
  EXPECT_NEAR(before.label_entropy(), after.label_entropy(), 1e-13);
  EXPECT_LE((turn * before.score - after.score).norm(), 1e-12);
  EXPECT_NEAR(noised.posterior_variance(x, before), turned.posterior_variance(turn * x, after),
              1e-13);
}

TEST(NoisedMixture, FarAwayNothingOverflows) {
  const NoisedMixture noised(two_points(), 1e-6);
  const VectorXd x = VectorXd::Constant(1, 1e3);
  const PosteriorState state = noised.at(x);
  EXPECT_TRUE(std::isfinite(state.log_density));
  EXPECT_EQ(state.label_entropy(), 0.0);
  EXPECT_NEAR(state.score[0] * 1e-6, 1.0 - 1e3, 1e-9);
}

TEST(DataMixture, MomentsAreThoseOfItsComponents) {
  const DataMixture data = on_line({-1.0, 3.0}, 0.5, {3.0, 1.0});
  EXPECT_DOUBLE_EQ(data.mean()[0], 0.0);
  EXPECT_DOUBLE_EQ(data.total_variance(), 3.5);
  EXPECT_DOUBLE_EQ(data.covariance()(0, 0), 3.5);
  EXPECT_FALSE(data.are_points());
  EXPECT_DOUBLE_EQ(data.with_means_scaled(2.0).total_variance(), 12.5);
  EXPECT_NEAR(motley().covariance().trace(), motley().total_variance(), 1e-14);
}

TEST(SpanReduction, KeepsDistancesAndCountsWhatItLeavesOut) {
  MatrixXd means(5, 3);
  means << 1, 2, 3, 0, 1, 0, 2, 2, 2, -1, 0, 1, 4, 4, 4;
  const auto data =
      DataMixture::of_gaussians(means, DataMixture::equal_weights(3), VectorXd::Constant(3, 0.25));
  const SpanReduction found = reduce_to_span(data);
  EXPECT_EQ(found.reduced.dimension(), 2);
  EXPECT_EQ(found.left_out, 3);
  EXPECT_EQ(found.variance, 0.25);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      EXPECT_NEAR((found.reduced.means().col(i) - found.reduced.means().col(j)).norm(),
                  (means.col(i) - means.col(j)).norm(), 1e-13);
  // Identical means still leave one dimension; a mixture of unequal covariances is left alone.
  const auto same = DataMixture::of_points(MatrixXd::Ones(4, 2), DataMixture::equal_weights(2));
  EXPECT_EQ(reduce_to_span(same).reduced.dimension(), 1);
  EXPECT_EQ(reduce_to_span(same).left_out, 3);
  EXPECT_EQ(reduce_to_span(motley()).left_out, 0);
}

}  // namespace
}  // namespace syncgap::theory
