#include "sde/reverse_mixture.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "sde/mixture_samples.h"
#include "theory/diffusion_process.h"
#include "theory/information.h"
#include "theory/mixtures.h"

namespace syncgap::sde {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using theory::DataMixture;
using theory::NoisedMixture;

MixtureStreams streams(std::uint64_t seed = 1) {
  return {RandomStream(seed, "test label"), RandomStream(seed, "test normal")};
}

/// Mean of a sample and its standard error.
struct Mean {
  double value = 0.0, error = 0.0;
};
Mean mean_of(const std::vector<double>& sample) {
  double sum = 0.0, squares = 0.0;
  for (const double x : sample) sum += x;
  const double n = static_cast<double>(sample.size()), mean = sum / n;
  for (const double x : sample) squares += (x - mean) * (x - mean);
  return {mean, std::sqrt(squares / (n - 1.0) / n)};
}

void expect_within(const std::vector<double>& sample, double truth, const char* what,
                   double rounding = 1e-12) {
  const Mean found = mean_of(sample);
  EXPECT_LE(std::abs(found.value - truth), 4.0 * found.error + rounding)
      << what << ": " << found.value << " +- " << found.error << ", truth " << truth;
}

std::vector<double> squared_deviations(const std::vector<double>& sample, double mean) {
  std::vector<double> found;
  for (const double x : sample) found.push_back((x - mean) * (x - mean));
  return found;
}

TEST(MixtureSamples, HaveTheExpectationsOfTheQuadrature) {
  for (const DataMixture& data :
       {theory::four_points(), theory::on_line({-1.0, 0.2, 2.0}, 0.15, {0.2, 0.5, 0.3})}) {
    const MixtureSamples samples = draw_samples(data, streams(), 20000);
    for (const double s : {0.05, 0.8, 5.0}) {
      const NoisedMixture noised(data, s);
      const InformationSamples found = evaluate_samples(noised, samples);
      const theory::Information truth = theory::line_information(data, s);
      expect_within(found.surprise, truth.entropy, "surprise");
      expect_within(found.entropy, truth.entropy, "entropy");
      expect_within(squared_deviations(found.entropy, truth.entropy), truth.entropy_variance,
                    "entropy variance");
      expect_within(found.label_entropy, truth.label_entropy, "label entropy");
      expect_within(found.score_norm, truth.score_norm, "score norm");
      expect_within(found.kernel_norm, 1.0 / s, "kernel norm");
      expect_within(found.denoising_error, truth.posterior_variance, "denoising error");
      expect_within(found.posterior_variance, truth.posterior_variance, "posterior variance");
      expect_within(found.concentration, truth.concentration, "concentration");
      std::vector<double> divergence;
      const MatrixXd spectra = sample_spectra(noised, samples, 20000);
      for (Index i = 0; i < 20000; ++i) divergence.push_back(spectra(0, i));
      expect_within(divergence, truth.divergence, "divergence");
    }
  }
}

TEST(MixtureSamples, ThreeIdentitiesAgreeInManyDimensions) {
  // Eight tilted Gaussians and eight points in five dimensions; one sample, three estimators of
  // information (19), (33) and (62), compared in pairs.
  MatrixXd means(5, 8);
  for (Index k = 0; k < 8; ++k)
    for (Index d = 0; d < 5; ++d)
      means(d, k) = std::sin(3.0 * static_cast<double>(k + 5 * d) + 1.0);
  const MatrixXd turn = theory::some_rotation(5);
  const MatrixXd flat = VectorXd((VectorXd(5) << 0.5, 0.2, 0.1, 0.0, 0.0).finished()).asDiagonal();
  const std::vector<MatrixXd> covariances(8, turn * flat * turn.transpose());
  const VectorXd weights = VectorXd::LinSpaced(8, 1.0, 2.0);
  for (const bool points : {true, false}) {
    const DataMixture data = points ? DataMixture::of_points(means, weights)
                                    : DataMixture::of_gaussians(means, weights, covariances);
    const MixtureSamples samples = draw_samples(data, streams(), 20000);
    for (const double s : {0.05, 0.5, 4.0}) {
      const NoisedMixture noised(data, s);
      std::vector<double> by_score, by_error, by_fisher;
      const Index trials = samples.count();
      for (Index i = 0; i < trials; ++i) {
        const VectorXd x = samples.noised(i, s);
        const auto state = noised.at(x);
        const double variance = noised.posterior_variance(x, state) / (s * s);
        by_score.push_back(samples.noise.col(i).squaredNorm() / s - state.score.squaredNorm() -
                           variance);
        by_error.push_back((samples.clean.col(i) - noised.posterior_mean(x, state)).squaredNorm() /
                               (s * s) -
                           variance);
        by_fisher.push_back(5.0 / s + noised.divergence(x, state) - variance);
      }
      expect_within(by_score, 0.0, "(19) - (33)");
      expect_within(by_error, 0.0, "(33)");
      for (const double difference : by_fisher) ASSERT_NEAR(difference, 0.0, 1e-9 / (s * s));
    }
  }
}

TEST(MixtureSamples, OrthogonalPointsFollowTheirConcentration) {
  // information (29): exact for orthogonal points of equal length with mean zero up to 1/N.
  const Index count = 64;
  const DataMixture data = DataMixture::of_points(3.0 * MatrixXd::Identity(count, count),
                                                  DataMixture::equal_weights(count));
  const double radius2 = 9.0 * (1.0 - 1.0 / count);
  const MixtureSamples samples = draw_samples(data, streams(), 4000);
  for (const double s : {0.5, 1.5, 6.0}) {
    const InformationSamples found = evaluate_samples(NoisedMixture(data, s), samples);
    // (22) about the mean: |mu|^2 = R^2 sum p^2 with a correction of order 1/N.
    std::vector<double> difference;
    for (std::size_t i = 0; i < 4000; ++i)
      difference.push_back((found.score_norm[i] - found.kernel_norm[i]) -
                           9.0 * (found.concentration[i] - 1.0) / (s * s));
    expect_within(difference, 0.0, "score norm");
    EXPECT_NEAR(theory::orthogonal_score_norm(1.0 / count, 9.0, count, s),
                static_cast<double>(count) / s - radius2 / (s * s), 1e-12);
  }
}

class ReverseMixtureTest : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(PointsAndGaussians, ReverseMixtureTest, testing::Bool());

TEST_P(ReverseMixtureTest, ExactStepsHaveTheMarginalsAtAnyStepSize) {
  const DataMixture data =
      GetParam() ? theory::four_points() : theory::on_line({-1.5, 0.4, 2.0}, 0.3, {0.2, 0.5, 0.3});
  const std::vector<double> levels = {16.0, 1.0, 0.16, 0.01};  // three big steps
  const ReverseMixture reverse(data, levels, BridgeFrom::exact, 1);
  std::vector<std::vector<double>> position(4), square(4), entropy(4);
  for (std::uint64_t trial = 0; trial < 20000; ++trial) {
    const MatrixXd path = reverse.run(streams(3), trial);
    for (std::size_t i = 0; i < 4; ++i) {
      const VectorXd x = path.col(static_cast<Index>(i));
      const NoisedMixture noised(data, levels[i]);
      position[i].push_back(x[0]);
      square[i].push_back(x[0] * x[0]);
      entropy[i].push_back(noised.at(x).label_entropy());
    }
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const theory::Information truth = theory::line_information(data, levels[i]);
    const double mean = data.mean()[0];
    expect_within(position[i], mean, "mean");
    expect_within(square[i], mean * mean + data.total_variance() + levels[i], "square");
    expect_within(entropy[i], truth.label_entropy, "label entropy");
    expect_within(squared_deviations(entropy[i], truth.label_entropy), truth.label_entropy_variance,
                  "label entropy variance");
  }
}

TEST(ReverseMixture, ScoreStepsApproachTheExactLawFromTheScoreAlone) {
  // Second moment at weak noise: wrong with few steps, right with many.
  const DataMixture data = theory::two_points();
  auto square_at_end = [&](std::size_t substeps) {
    const ReverseMixture reverse(data, {25.0, 0.04}, BridgeFrom::score, substeps);
    std::vector<double> square;
    for (std::uint64_t trial = 0; trial < 6000; ++trial) {
      const double x = reverse.run(streams(4), trial)(0, 1);
      square.push_back(x * x);
    }
    return mean_of(square);
  };
  const double truth = 1.04;
  const Mean coarse = square_at_end(4), fine = square_at_end(400);
  EXPECT_GT(std::abs(coarse.value - truth), 10.0 * coarse.error);
  EXPECT_LT(std::abs(fine.value - truth), 4.0 * fine.error + 0.01);
}

TEST(ReverseMixture, TrajectoriesBelongToTheirTrialAlone) {
  const ReverseMixture reverse(theory::four_points(), {9.0, 1.0, 0.1}, BridgeFrom::exact, 3);
  const MatrixXd first = reverse.run(streams(), 7);
  reverse.run(streams(), 8);
  EXPECT_EQ(first, reverse.run(streams(), 7));
  EXPECT_NE(first, reverse.run(streams(), 8));
}

TEST(ReverseMixture, OnePointCatchesEveryTrajectory) {
  const ReverseMixture reverse(theory::on_line({1.5}), {9.0, 1e-12}, BridgeFrom::score, 50);
  for (std::uint64_t trial = 0; trial < 20; ++trial)
    EXPECT_NEAR(reverse.run(streams(), trial)(0, 1), 1.5, 1e-5);
}

}  // namespace
}  // namespace syncgap::sde
