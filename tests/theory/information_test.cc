#include "theory/information.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "theory/line_quadrature.h"
#include "theory/mixtures.h"
#include "theory/peaks.h"
#include "theory/signal_to_noise.h"

namespace syncgap::theory {
namespace {

using Eigen::VectorXd;

const DiffusionProcess kOu(ProcessKind::ou), kVp(ProcessKind::vp), kVe(ProcessKind::ve),
    kEdm(ProcessKind::edm);

std::vector<DataMixture> data_sets() {
  return {two_points(),
          four_points(),
          on_line({-1.0, 1.0}, 0.0, {0.3, 0.7}),
          on_line({-1.0, 0.2, 2.0}, 0.15, {0.2, 0.5, 0.3}),
          DataMixture::of_gaussians(Eigen::RowVector2d(-2.0, 1.0), Eigen::Vector2d(0.4, 0.6),
                                    Eigen::Vector2d(1.0, 4.0)),
          on_line({0.7}, 2.0)};
}

TEST(LineQuadrature, IntegratesThePolynomialsOfAMixtureExactly) {
  for (const DataMixture& data : data_sets()) {
    for (const double s : {1e-4, 0.1, 3.0, 1e4}) {
      const LineQuadrature nodes(NoisedMixture(data, s));
      double sum = 0.0, mean = 0.0, square = 0.0;
      for (std::size_t i = 0; i < nodes.positions().size(); ++i) {
        const double x = nodes.positions()[i], w = nodes.weights()[i];
        sum += w;
        mean += w * x;
        square += w * (x - data.mean()[0]) * (x - data.mean()[0]);
      }
      const double variance = data.total_variance() + s;
      EXPECT_NEAR(sum, 1.0, 1e-13);
      EXPECT_NEAR(mean, data.mean()[0], 1e-13 * std::sqrt(variance));
      EXPECT_NEAR(square / variance, 1.0, 1e-13);
      EXPECT_LT(nodes.positions().size(), 60000U);
    }
  }
}

TEST(Information, ThreeIdentitiesAndTheDerivativeOfTheEntropyAgree) {
  for (const DataMixture& data : data_sets()) {
    for (const double s : {0.02, 0.3, 2.0, 300.0}) {
      const Information found = line_information(data, s);
      auto entropy = [&](double log_s) { return line_information(data, std::exp(log_s)).entropy; };
      const double h = 2e-3, x = std::log(s);
      const double per_log_s =
          (8.0 * (entropy(x + h) - entropy(x - h)) - (entropy(x + 2 * h) - entropy(x - 2 * h))) /
          (12.0 * h);
      for (const DiffusionProcess& process : {kOu, kVp, kVe, kEdm}) {
        const double t = process.time_of(s);
        const InformationRates rates = information_rates(found, 1, process, t);
        const double slope = per_log_s * process.reduced_noise_rate(t) / s;
        const double scale = std::max(1.0, rates.denoising_error);
        EXPECT_NEAR(rates.score_norm, rates.denoising_error, 1e-10 * scale);
        EXPECT_NEAR(rates.divergence, rates.denoising_error, 1e-10 * scale);
        EXPECT_NEAR(slope, rates.denoising_error, 1e-8 * scale)
            << process_names()[static_cast<std::size_t>(process.kind())] << " s=" << s;
      }
    }
  }
}

TEST(Information, EntropyIsThePriorPlusTheKernelMinusTheMarginal) {
  // H[y|x] = H[y] + H[x|y] - H[x]: for Gaussians the nested integral against single ones.
  for (const DataMixture& data : data_sets()) {
    for (const double s : {0.05, 0.6, 4.0}) {
      const Information found = line_information(data, s);
      const double kernel = 0.5 * std::log(2.0 * std::numbers::pi * std::numbers::e * s);
      double prior = 0.0;
      if (data.are_points())
        for (const double w : data.weights()) prior -= w * std::log(w);
      else
        prior = differential_entropy(data);
      EXPECT_NEAR(found.entropy, prior + kernel - found.marginal_entropy, 1e-12);
    }
  }
}

TEST(Information, MarginalEntropyRateIsADerivative) {
  // information (57) with corrections E4.4; a Gaussian of variance 4 under VP at t = .3: -.62.
  const DataMixture wide = on_line({0.0}, 4.0);
  const Information found = line_information(wide, kOu.reduced_noise(0.3));
  EXPECT_NEAR(marginal_entropy_rate(found, 1, kOu, 0.3), -0.62, 0.005);
  for (const DataMixture& data : data_sets()) {
    for (const DiffusionProcess& process : {kOu, kVp, kVe, kEdm}) {
      const double t = process.time_of(0.8), h = 1e-4 * t;
      auto entropy = [&](double at) {
        return line_information(data, process.reduced_noise(at), EntropyParts::label_only)
                   .marginal_entropy +
               std::log(process.signal(at));
      };
      const double slope = (entropy(t + h) - entropy(t - h)) / (2.0 * h);
      const double rate = marginal_entropy_rate(
          line_information(data, 0.8, EntropyParts::label_only), 1, process, t);
      EXPECT_NEAR(rate, slope, 1e-5 * std::max(1.0, std::abs(rate)));
    }
  }
}

TEST(Information, ReferenceNumbersOfTheNotes) {
  // E4.2: C_t = E tr var(y|x) / sigma^2 of two points +-1 at sigma = .3.
  EXPECT_NEAR(line_information(two_points(), 0.09).posterior_variance / 0.09, 0.014712, 5e-7);
  // Section 5: V_h of two Gaussians at d = 4, u = 1, against F.
  const DataMixture pair = on_line({std::sqrt(16.0 / 3.0), -std::sqrt(16.0 / 3.0)}, 1.0);
  const Information found = line_information(pair, kOu.reduced_noise(0.5 * std::log(4.0)));
  EXPECT_NEAR(found.entropy_variance, 0.04501, 5e-6);
  EXPECT_NEAR(found.label_entropy_variance, 0.05363, 5e-6);
  const DataMixture wider = on_line({std::sqrt(64.0 / 3.0), -std::sqrt(64.0 / 3.0)}, 1.0);
  const Information at16 = line_information(wider, kOu.reduced_noise(0.5 * std::log(16.0)));
  EXPECT_NEAR(at16.entropy_variance, at16.label_entropy_variance, 2e-6);
}

TEST(Information, PeaksOfTheNotes) {
  // E4.10: the entropy rate of two points does not peak at their bifurcation, sigma = 1.
  std::vector<double> grid;
  for (int i = 0; i < 50; ++i) grid.push_back(0.1 * std::exp(0.075 * i));
  auto rate = [](const DataMixture& data, const DiffusionProcess& process, double t) {
    return information_rates(line_information(data, process.reduced_noise(t)), 1, process, t)
        .denoising_error;
  };
  auto edm_rate = [&](double t) { return rate(two_points(), kEdm, t); };
  auto variance = [](double t) { return line_information(two_points(), t * t).entropy_variance; };
  EXPECT_NEAR(highest_peak(edm_rate, grid).position, 0.64380, 5e-6);
  EXPECT_NEAR(highest_peak([&](double t) { return t * edm_rate(t); }, grid).position, 0.81424,
              5e-6);
  EXPECT_NEAR(highest_peak(variance, grid).position, 0.86211, 5e-6);
  EXPECT_NEAR(highest_peak([&](double t) { return rate(two_points(), kOu, t); }, grid).position,
              0.14988, 5e-6);
  // Four points decide twice; three digits are known from a coarser grid.
  const auto rates = local_maxima([&](double t) { return rate(four_points(), kEdm, t); }, grid);
  const auto variances = local_maxima(
      [](double t) { return line_information(four_points(), t * t).entropy_variance; }, grid);
  ASSERT_EQ(rates.size(), 2U);
  ASSERT_EQ(variances.size(), 2U);
  EXPECT_NEAR(rates[0].position, 0.194, 0.002);
  EXPECT_NEAR(rates[1].position, 1.142, 0.002);
  EXPECT_NEAR(variances[0].position, 0.258, 0.003);
  EXPECT_NEAR(variances[1].position, 1.747, 0.003);
}

TEST(Information, UnequalCovariancesLeaveVarianceAtWeakNoise) {
  // E4.12: h of a class alone is log det / 2 + const, so V_h tends to its variance between classes.
  const DataMixture pair = DataMixture::of_gaussians(
      Eigen::RowVector2d(-60.0, 60.0), Eigen::Vector2d(0.5, 0.5), Eigen::Vector2d(1.0, 4.0));
  const double s = 0.002;
  const Information found = line_information(pair, s);
  const double between = 0.5 * std::log((4.0 / (4.0 + s)) / (1.0 / (1.0 + s)));
  EXPECT_NEAR(found.entropy_variance, 0.25 * between * between, 1e-10);
  EXPECT_NEAR(found.label_entropy_variance, 0.0, 1e-14);
  // At noise far above both variances the limit Var(log(4)/2) over two classes.
  const Information strong = line_information(pair, 100.0);
  EXPECT_NEAR(strong.entropy_variance, 0.1196, 0.005);
}

TEST(Information, WeakAndStrongNoise) {
  for (const DataMixture& data :
       {two_points(), four_points(), on_line({0.0, 1.0, 5.0}, 0.0, {0.1, 0.6, 0.3})}) {
    double prior = 0.0;
    for (const double w : data.weights()) prior -= w * std::log(w);
    const Information weak = line_information(data, 1e-5), strong = line_information(data, 1e9);
    EXPECT_NEAR(weak.entropy, 0.0, 1e-14);
    EXPECT_NEAR(weak.entropy_variance, 0.0, 1e-14);
    EXPECT_NEAR(weak.concentration, 1.0, 1e-14);
    EXPECT_NEAR(strong.entropy, prior, 1e-7);
    EXPECT_NEAR(strong.entropy_variance, 0.0, 1e-7);
    EXPECT_NEAR(strong.concentration, data.weights().squaredNorm(), 1e-7);
    EXPECT_NEAR(strong.posterior_variance / data.total_variance(), 1.0, 1e-7);
  }
}

TEST(Information, OnePointAndIdenticalPointsHoldNoSurprise) {
  const Information one = line_information(on_line({1.5}), 0.7);
  EXPECT_NEAR(one.entropy, 0.0, 1e-15);
  EXPECT_NEAR(one.posterior_variance, 0.0, 1e-15);
  EXPECT_NEAR(one.score_norm, 1.0 / 0.7, 1e-13);
  EXPECT_NEAR(one.divergence, -1.0 / 0.7, 1e-13);  // (53)
  // Two names for one place: which of them it was stays unknown at any noise.
  const Information twin = line_information(on_line({1.5, 1.5}), 0.7);
  EXPECT_NEAR(twin.entropy, std::numbers::ln2, 1e-14);
  EXPECT_NEAR(twin.entropy_variance, 0.0, 1e-15);
  EXPECT_NEAR(information_rates(twin, 1, kEdm, std::sqrt(0.7)).denoising_error, 0.0, 1e-14);
}

TEST(Information, EntropyNeverFallsWithNoise) {
  // Data processing inequality.
  for (const DataMixture& data : data_sets()) {
    double last = -1e300;
    for (double s = 1e-2; s < 1e3; s *= 3.0) {
      const double entropy = line_information(data, s).entropy;
      EXPECT_GE(entropy, last - 1e-13);
      last = entropy;
    }
  }
}

TEST(Information, OrthogonalDirectionsAddWhatAGaussianAdds) {
  // Two Gaussians in four dimensions against the same pair on its line plus three Gaussians.
  const VectorXd along = some_rotation(4).col(1);
  Eigen::MatrixXd means(4, 2);
  means << along, -along;
  const auto data =
      DataMixture::of_gaussians(means, DataMixture::equal_weights(2), VectorXd::Constant(2, 0.5));
  const double s = 0.8;
  const Information whole = reduced_information(reduce_to_span(data), s);
  const Information line = line_information(on_line({1.0, -1.0}, 0.5), s);
  const Information gauss = line_information(on_line({0.0}, 0.5), s);
  EXPECT_NEAR(whole.entropy, line.entropy + 3 * gauss.entropy, 1e-13);
  EXPECT_NEAR(whole.marginal_entropy, line.marginal_entropy + 3 * gauss.marginal_entropy, 1e-13);
  EXPECT_NEAR(whole.score_norm, line.score_norm + 3 * gauss.score_norm, 1e-13);
  EXPECT_NEAR(whole.posterior_variance, line.posterior_variance + 3 * gauss.posterior_variance,
              1e-13);
  EXPECT_NEAR(whole.divergence, line.divergence + 3 * gauss.divergence, 1e-13);
  EXPECT_NEAR(whole.entropy_variance, line.entropy_variance, 1e-14);
}

TEST(Information, GaussiansFillTheBandwidthOfTheirDimension) {
  // information (35)-(38): one Gaussian direction of variance h^2 gives s h^2 / (s + h^2) ...
  for (const double h2 : {0.1, 2.0, 1e6}) {
    const double s = 0.5, t = kOu.time_of(s);
    const Information found = line_information(on_line({0.0}, h2), s);
    EXPECT_NEAR(found.score_norm, 1.0 / (s + h2), 1e-12);
    const double share = information_rates(found, 1, kOu, t).denoising_error / bandwidth(1, kOu, t);
    EXPECT_NEAR(share, h2 / (h2 + s), 1e-12);  // ... and all of the bandwidth as h grows
  }
}

TEST(Information, SubspaceDataFillTheirShareOfTheBandwidth) {
  // information (37), (38), (61): three wide directions of eight.
  VectorXd spectrum = VectorXd::Zero(8);
  spectrum.head(3).setConstant(400.0);
  const double s = 0.5, t = kVp.time_of(s);
  const Information found = gaussian_information(spectrum, s);
  EXPECT_NEAR(found.score_norm, 3.0 / (s + 400.0) + 5.0 / s, 1e-12);
  const InformationRates rates = information_rates(found, 8, kVp, t);
  EXPECT_NEAR(rates.denoising_error / bandwidth(3, kVp, t), 400.0 / 400.5, 1e-12);
  EXPECT_NEAR(rates.score_norm, rates.denoising_error, 1e-10 * rates.denoising_error);
  EXPECT_NEAR(rates.divergence, rates.denoising_error, 1e-10 * rates.denoising_error);
  // The same from its one-dimensional parts, whatever the axes.
  const Information line = line_information(on_line({0.0}, 400.0), s);
  EXPECT_NEAR(found.entropy, 3.0 * line.entropy, 1e-12);
  const auto exact =
      exact_information(DataMixture::of_gaussians(
                            Eigen::MatrixXd::Zero(8, 1), VectorXd::Ones(1),
                            std::vector<Eigen::MatrixXd>{some_rotation(8) * spectrum.asDiagonal() *
                                                         some_rotation(8).transpose()}),
                        s);
  ASSERT_TRUE(exact.has_value());
  EXPECT_NEAR(exact->score_norm, found.score_norm, 1e-11);
  EXPECT_FALSE(exact_information(on_circle(3), s).has_value());
}

TEST(Information, ScoreNormOfOrthogonalDataAtBothEnds) {
  // information (29), (30): all weight on one point leaves D/s; a posterior uniform over N points
  // takes R^2 (N-1)/(N s^2) off it.
  EXPECT_DOUBLE_EQ(orthogonal_score_norm(1.0, 3.0, 5, 0.5), 10.0);
  EXPECT_DOUBLE_EQ(orthogonal_score_norm(0.25, 3.0, 5, 0.5), 10.0 - 3.0 * 0.75 / 0.25);
}

TEST(SignalToNoise, ReferenceNumbersOfTheNotes) {
  const Peak peak = label_entropy_variance_peak(two_points());
  EXPECT_NEAR(peak.position, 1.34547767, 5e-9);
  EXPECT_NEAR(peak.height, 0.0536288911, 5e-11);
  EXPECT_NEAR(label_entropy_variance(two_points(), 1.0), 0.0508573175, 5e-11);
}

TEST(SignalToNoise, OneNumberCarriesTimeAndDimension) {
  // (83), (90): any d and any process at equal eta.
  const DataMixture prototypes = on_line({1.2, -0.4, -0.8}, 0.0, {0.5, 0.3, 0.2});
  for (const double variance : {0.0, 1.0}) {
    for (const double d : {4.0, 64.0, 1024.0}) {
      for (const DiffusionProcess& process : {kOu, kEdm}) {
        const double t = time_of_signal_to_noise(process, d, variance, 1.7);
        const double s = process.reduced_noise(t);
        EXPECT_NEAR(signal_to_noise(d, variance, s), 1.7, 1e-12);
        const DataMixture classes =
            on_line({1.2 * std::sqrt(d), -0.4 * std::sqrt(d), -0.8 * std::sqrt(d)}, variance,
                    {0.5, 0.3, 0.2});
        EXPECT_NEAR(line_information(classes, s, EntropyParts::label_only).label_entropy_variance,
                    label_entropy_variance(prototypes, 1.7), 1e-13);
      }
    }
  }
  EXPECT_TRUE(std::isnan(time_of_signal_to_noise(kOu, 4.0, 1.0, 5.0)));
}

TEST(SignalToNoise, PeaksComeToTheSpeciationTime) {
  // Fig 4: means sqrt(4d/3), variance 1: the peak sits .0045 below t_S for every d, since
  // eta* of +-sqrt(4/3) is eta*/(4/3).
  const DataMixture pair = on_line({std::sqrt(4.0 / 3.0), -std::sqrt(4.0 / 3.0)});
  const double eta = label_entropy_variance_peak(pair).position;
  EXPECT_NEAR(eta, 0.75 * 1.34547767, 1e-8);
  for (const double d : {16.0, 1024.0}) {
    const double speciation = scaling_speciation_time(kOu, d);
    EXPECT_NEAR(speciation, 0.5 * std::log(d), 1e-14);
    EXPECT_NEAR(time_of_signal_to_noise(kOu, d, 1.0, eta), speciation - 0.0045, 5e-5);
  }
  // Points: u* = log(1 + d/eta*) / log d, appendix A.2.
  EXPECT_NEAR(time_of_signal_to_noise(kOu, 64.0, 0.0, eta), 0.5 * std::log1p(64.0 / eta), 1e-14);
  EXPECT_DOUBLE_EQ(scaling_speciation_time(kEdm, 64.0), 8.0);
}

TEST(SignalToNoise, WidthsOfTheTwoProcesses) {
  // E4.13, means sqrt(4d/3) and variance 1: full width at half height 1.0496 for VP at any d,
  // growing as 1.159 sqrt(d) for EDM (d = 1024).
  const DataMixture pair = on_line({std::sqrt(4.0 / 3.0), -std::sqrt(4.0 / 3.0)});
  const Peak top = label_entropy_variance_peak(pair);
  const HalfWidth half =
      half_width([&](double x) { return label_entropy_variance(pair, std::exp(x)); },
                 {std::log(top.position), top.height}, -6.0, 6.0);
  auto width = [&](const DiffusionProcess& process, double d) {
    return time_of_signal_to_noise(process, d, 1.0, std::exp(half.left)) -
           time_of_signal_to_noise(process, d, 1.0, std::exp(half.right));
  };
  EXPECT_NEAR(width(kEdm, 1024.0) / 32.0, 1.159, 5e-4);
  EXPECT_NEAR(width(kOu, 1024.0), 1.0496, 5e-5);
  EXPECT_NEAR(width(kOu, 16.0), 1.0496, 5e-5);
}

TEST(Peaks, AreRefinedFarBelowTheGrid) {
  std::vector<double> grid;
  for (int i = 0; i <= 30; ++i) grid.push_back(0.2 * i);
  auto curve = [](double x) {
    return std::exp(-(x - 1.0) * (x - 1.0)) + 0.5 * std::exp(-4.0 * (x - 4.0) * (x - 4.0));
  };
  const auto found = local_maxima(curve, grid);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(found[0].position, 1.0, 1e-9);
  EXPECT_NEAR(found[1].position, 4.0, 2e-3);
  const HalfWidth half = half_width(curve, found[0], -4.0, 2.9);
  EXPECT_NEAR(half.left, 1.0 - std::sqrt(std::numbers::ln2), 1e-9);
  EXPECT_TRUE(std::isnan(highest_peak([](double x) { return x; }, grid).position));
  // Wiggles of the size of rounding in a flat tail are not maxima.
  const auto with_tail = local_maxima(
      [&](double x) { return curve(x) + (x > 5.3 ? 1e-13 * std::sin(40.0 * x) : 0.0); }, grid);
  EXPECT_EQ(with_tail.size(), 2U);
}

}  // namespace
}  // namespace syncgap::theory
