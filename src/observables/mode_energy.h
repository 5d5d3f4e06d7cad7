#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/random.h"
#include "observables/estimate.h"

namespace syncgap::observables {

// Differences of M pairs of replicas are the rows of V (M, D), dit (74), too long to be kept at
// every step. What is asked of them follows from G = V_0 V_0^T of the initial differences and from
// C = V_s V_0^T of later ones with these: both (M, M) and row-major.

/// How many of some modes are the first band, and how many the last: a share of at most one half,
/// at least one; halves are rounded down, so that those of two modes or more never overlap. dit
/// (78)-(79)
std::size_t band_size(double share, std::size_t modes);

/// Energy that initial modes retain, and the bands of the first and the last of them.
struct ModeEnergies {
  std::vector<double> energies;  ///< lambda_k, the largest initial variance first; dit (75)
  /// Their means over a band, dit (78)-(79), and trailing over leading, dit (80). Errors are those
  /// of the pairs at given modes: isotropic differences of 32 pairs vary 1.27 times as much when
  /// cross-fitted (compare seeds, or gaps_by_chance). NaN where there are fewer than two modes.
  Estimate leading, trailing, gap;
};

/// The modes of initial differences: principal directions r_k of V_0, without those of no variance.
/// Made once for a layer, asked at every step.
class DifferenceModes {
 public:
  static constexpr double kQuarter = 0.25;

  /// Modes of all pairs measured on these same pairs, as the paper does. The first modes are first
  /// partly by chance, and lose that later: trailing modes seem to retain more.
  static DifferenceModes in_sample(std::span<const double> gram, double band_share = kQuarter);
  /// Modes of one half of the pairs measured on the other half, and vice versa, over `splits`
  /// random halves: split n is by trial n of `stream`. A mode's energies, early and late, are
  /// averaged by its rank over all halves before they are divided.
  static DifferenceModes cross_fitted(std::span<const double> gram, const RandomStream& stream,
                                      std::size_t splits = 32, double band_share = kQuarter);

  std::size_t pairs() const { return pairs_; }
  std::size_t modes() const { return modes_; }
  /// Variance of the differences along each mode: dit lambda_k^(0), as the measured pairs have it.
  std::span<const double> initial_variances() const { return initial_variances_; }
  std::size_t band() const { return band_; }

  /// Throws UnitError for an element of `cross` that is not finite.
  ModeEnergies energies(std::span<const double> cross) const;
  /// How much of each mode lies in a part of the coordinates: |P r_k|^2, from the Gram matrix of
  /// V_0 P, (M, M). Shares of parts that make up the whole add up to 1. (K)
  std::vector<double> shares(std::span<const double> gram_of_part) const;

 private:
  /// Modes of some pairs, measured on others.
  struct Half {
    std::vector<std::size_t> defining, measured;
    std::vector<double> weights;  ///< w_k / |V_0^T w_k|, (defining, modes)
  };

  DifferenceModes(std::span<const double> gram, std::vector<Half> halves, double band_share);
  /// Squares of the differences' components along the modes, (M, K), averaged over halves.
  std::vector<double> squares(std::span<const double> products) const;

  std::size_t pairs_ = 0, modes_ = 0, band_ = 0;
  std::vector<Half> halves_;
  std::vector<double> initial_squares_;    // (M, K)
  std::vector<double> initial_variances_;  // (K)
};

/// Dimensions in which isotropic differences would be as nearly orthogonal as these: the mean
/// square of a row of V_0, squared, over the mean squared product of two rows. (tr S)^2 / tr S^2 of
/// their covariance S.
double effective_dimension(std::span<const double> gram);

/// Where the eigenvalues of M isotropic differences in D dimensions lie, in units of their mean
/// (Marchenko and Pastur): modes say something only beyond. The low end is 0 for M >= D.
Interval marchenko_pastur_range(std::size_t pairs, double dimension);

/// Differences without preferred directions: V_0 isotropic, V_s = kept V_0 + fresh W, with W of the
/// size of V_0 and independent of it.
struct IsotropicDifferences {
  std::size_t pairs = 0;
  double dimension = 0;
  double kept = 0, fresh = 0;
};
/// Those of the same number, dimension, overlap tr C / tr G and `later_energy` = tr V_s V_s^T.
IsotropicDifferences isotropic_like(std::span<const double> gram, std::span<const double> cross,
                                    double later_energy);

/// The gaps (80) that such differences show by chance alone: means over draws, and the intervals
/// that hold a share `level` of them. A gap counts where it lies outside.
struct ChanceGaps {
  IntervalEstimate in_sample, cross_fitted;
};
struct ChanceOptions {
  std::size_t draws = 200, splits = 32;
  double band_share = DifferenceModes::kQuarter, level = 0.95;
};
/// Draws of differences of so many pairs in so many dimensions, and their modes: made once, asked
/// for any kept and fresh part. Draw n is by trial n of `stream`; all of them are split alike.
class IsotropicDraws {
 public:
  /// Throws InputError for less than two pairs or dimensions.
  IsotropicDraws(std::size_t pairs, double dimension, const RandomStream& stream,
                 const ChanceOptions& options = {});
  ChanceGaps gaps(double kept, double fresh) const;

 private:
  struct Draw {
    std::vector<double> gram, fresh;  ///< V_0 V_0^T and W V_0^T, (M, M)
    DifferenceModes in_sample, cross_fitted;
  };

  ChanceOptions options_;
  std::vector<Draw> draws_;
};

/// Those of these differences.
ChanceGaps gaps_by_chance(const IsotropicDifferences& differences, const RandomStream& stream,
                          const ChanceOptions& options = {});

}  // namespace syncgap::observables
