#pragma once

#include <cstdint>
#include <span>

#include "core/random.h"
#include "observables/estimate.h"

namespace syncgap::observables {

/// Feature vectors, one row for each of n images.
struct FeatureRows {
  std::span<const double> values;  ///< (n, F)
  std::int64_t features = 0;       ///< F

  std::int64_t count() const { return std::ssize(values) / features; }
};

/// |m_a - m_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^{1/2}) of the means and unbiased covariances of two
/// sets: the squared Wasserstein distance of the Gaussians that have them (Dowson and Landau 1982;
/// of images Heusel et al. 2017). Too large by b / n on average. The last trace is the sum of the
/// singular values of X_a X_b^T, X a set's centred rows or, where they are more than F, a smaller
/// factor of its covariance: no square root is taken of what rounding made. Errors are 1e-13 of the
/// covariances' traces, or 1e-6 in directions in which only one of the sets varies. Time n m F +
/// m^3, m = min(n, F). Throws InputError for sets of another F, of fewer than two rows, and with
/// numbers that are not finite.
double frechet_distance(const FeatureRows& a, const FeatureRows& b);

struct FrechetOptions {
  std::int64_t blocks = 8;  ///< K: 1 + K (K + 1) / 2 distances are computed
};

struct FrechetEstimate {
  double plain = 0;    ///< frechet_distance of the whole sets
  Estimate corrected;  ///< may fall below 0 where the distance is less than its error
};

/// The distance for n to infinity, by the second-order jackknife (Schucany, Gray and Owen 1971):
/// distances without one and without two of K blocks of rows extrapolate to 1 / n = 0 along a
/// parabola, with every row in every size equally often. (Along a line, from random subsets: Chong
/// and Forsyth 2020.) What is left of the plain one's bias was measured on Gaussians: below 2% from
/// n = 2 F on; below 8% from n = F / 4 on where variances fall as 1 / k^2, but up to 25% at n near
/// F where they fall as 1 / k. So leading components of features beat all of them. The standard
/// error is the jackknife's over blocks, itself uncertain by 27% at K = 8, and too large by a half
/// where the distance is 0. Rows are dealt to blocks by trial 0 of the stream, and row i of both
/// sets to the same one if they are equally many: they may be a pair. Throws InputError for fewer
/// rows than 2 K and for K < 4.
FrechetEstimate estimate_frechet_distance(const FeatureRows& a, const FeatureRows& b,
                                          const RandomStream& stream,
                                          const FrechetOptions& options = {});

}  // namespace syncgap::observables
