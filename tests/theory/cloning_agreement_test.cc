#include "theory/cloning_agreement.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace syncgap::theory {
namespace {

struct Agreements {
  TwoClusters clusters;
  double t, label, sign;
};

// Direct quadrature of regimes (27) and of phi_sign in 30 digits (mpmath).
constexpr Agreements kAgreements[] = {
    {{4, 0.5, 1}, 0.05, 0.24049591338865619, 0.088359770074693785},
    {{16, 1, 1}, 6, 0.49995085113255406, 0.49995085078137207},
    {{256, 1, 1}, 2.7725887222397812, 0.22479975460333641, 0.22479975460333641},
    {{256, 1, 1}, 1.5, 0.00027587947123726975, 0.00027587947123726975},
    {{1024, 1, 1}, 3.5, 0.23558655587917931, 0.23558655587917931},
    {{2, 0.3, 0.5}, 0.01, 0.28627904894532921, 0.088389163108006107},
    {{8, 0.2, 2}, 0.7, 0.47828049598929503, 0.30061220952094411},
    {{1, 1, 0.1}, 0.2, 0.11604588031064049, 0.11604588031064049},
    {{16, 0.05, 1.5}, 3, 0.4999505829715551, 0.49819882067673382},
    {{16384, 1, 1}, 4.5, 0.11390582492277497, 0.11390582492277497},
};

TEST(CloningAgreement, IsTheIntegralToTenDigitsAndMore) {
  for (const Agreements& r : kAgreements) {
    EXPECT_NEAR(label_disagreement(r.clusters, r.t), r.label, 1e-13 * r.label)
        << "d=" << r.clusters.dimension << " t=" << r.t;
    EXPECT_NEAR(sign_disagreement(r.clusters, r.t), r.sign, 1e-11 * r.sign)
        << "d=" << r.clusters.dimension << " t=" << r.t;
  }
}

TEST(CloningAgreement, TakesTheSameValueAtTheSpeciationTimeOfEveryDimension) {
  for (double d : {256.0, 1024.0, 4096.0, 16384.0, 1e12})
    EXPECT_NEAR(1.0 - label_disagreement({d, 1.0, 1.0}, 0.5 * std::log(d)), 0.775200245, 5e-10);
  EXPECT_NEAR(1.0 - label_disagreement(1.0), 0.775200245, 5e-10);
}

TEST(CloningAgreement, RunsFromOneHalfUpToOne) {
  for (const TwoClusters& clusters : {TwoClusters{64, 1, 1}, {4, 0.5, 1}, {9, 0.3, 2}}) {
    double label = 0.0, sign = 0.0;
    for (double t = 0.001; t < 20; t *= 1.3) {
      const double later_label = label_disagreement(clusters, t);
      const double later_sign = sign_disagreement(clusters, t);
      EXPECT_GT(later_label, label) << t;
      EXPECT_GT(later_sign, sign) << t;
      label = later_label;
      sign = later_sign;
    }
    EXPECT_NEAR(label, 0.5, 1e-9);
    EXPECT_NEAR(sign, 0.5, 1e-9);
    EXPECT_LT(sign_disagreement(clusters, 1e-9), 1e-4);
    EXPECT_EQ(sign_disagreement(clusters, 0.0), 0.0);
  }
}

// With separated clusters the sign tells the label; with overlapping ones the sign is decided
// later, and cloning the label says less (corrections E3.2).
TEST(CloningAgreement, OfTheTwoClassesMergeForSeparatedClusters) {
  const TwoClusters far{400, 1, 1}, near{4, 0.5, 1};
  EXPECT_NEAR(label_disagreement(far, 2.0), sign_disagreement(far, 2.0), 1e-15);
  EXPECT_GT(label_disagreement(near, 0.05), 2.0 * sign_disagreement(near, 0.05));
}

TEST(CloningAgreement, OfCoincidingClustersLeavesLabelsAlone) {
  EXPECT_EQ(label_disagreement({16, 0, 1}, 1.0), 0.5);
  // The sign of one coordinate of a Gaussian: orthant probability of two normals of correlation
  // e^{-2t}.
  for (double t : {0.1, 0.7, 2.0})
    EXPECT_NEAR(sign_disagreement({16, 1e-9, 1}, t),
                0.5 - std::asin(std::exp(-2.0 * t)) / std::numbers::pi, 1e-9);
}

TEST(CloningAgreement, DependsOnTheSignalAloneInHighDimension) {
  const double d = 1e10, t = 0.5 * std::log(d) - 0.3;
  EXPECT_NEAR(label_disagreement({d, 1, 3}, t), label_disagreement(std::exp(0.3)), 1e-8);
}

}  // namespace
}  // namespace syncgap::theory
