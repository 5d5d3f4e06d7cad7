#include "observables/mode_energy.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Eigenvalues>
#include <boost/math/distributions/chi_squared.hpp>

#include "core/check.h"
#include "core/numbers.h"
#include "observables/matrix_product.h"
#include "observables/resampled_means.h"

namespace syncgap::observables {
namespace {

constexpr double kNull = 1e-9;  // of the largest eigenvalue: a mode of no variance

std::size_t pairs_of(std::span<const double> matrix) {
  const auto pairs = unsigned_size(std::llround(std::sqrt(to_real(matrix.size()))));
  SYNCGAP_EXPECTS(pairs > 0 && pairs * pairs == matrix.size(), matrix.size(), " elements");
  return pairs;
}

void require_finite(std::span<const double> matrix, const char* what) {
  const std::size_t pairs = pairs_of(matrix);
  for (std::size_t k = 0; k < matrix.size(); ++k)
    if (!std::isfinite(matrix[k]))
      throw UnitError(concat("modes of differences cannot be measured: the product of ", what,
                             " of pairs ", k / pairs, " and ", k % pairs, " is ", matrix[k]));
}

std::vector<double> part_of(std::span<const double> matrix, std::size_t n,
                            std::span<const std::size_t> rows,
                            std::span<const std::size_t> columns) {
  std::vector<double> out;
  out.reserve(rows.size() * columns.size());
  for (const std::size_t i : rows)
    for (const std::size_t j : columns) out.push_back(matrix[i * n + j]);
  return out;
}

/// Columns w_k / |V_0^T w_k| for the modes that have a variance, the largest first: (n, modes).
std::vector<double> mode_weights(const std::vector<double>& gram, std::size_t n) {
  using Matrix = Eigen::MatrixXd;
  const auto size = signed_size(n);
  const Matrix given = Eigen::Map<const Matrix>(gram.data(), size, size);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver((given + given.transpose()) / 2);
  const Eigen::VectorXd values = solver.eigenvalues().reverse();
  const Matrix vectors = solver.eigenvectors().rowwise().reverse();
  Eigen::Index modes = 0;
  while (modes < size && values[modes] > kNull * values[0]) ++modes;
  std::vector<double> weights(n * unsigned_size(modes));
  Eigen::Map<Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(weights.data(), size, modes) =
      vectors.leftCols(modes) * values.head(modes).cwiseSqrt().cwiseInverse().asDiagonal();
  return weights;
}

double trace(std::span<const double> matrix) {
  const std::size_t n = pairs_of(matrix);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += matrix[i * n + i];
  return sum;
}

}  // namespace

std::size_t band_size(double share, std::size_t modes) {
  return std::max<std::size_t>(1, unsigned_size(std::llround(share * to_real(modes) - 1e-9)));
}

DifferenceModes DifferenceModes::in_sample(std::span<const double> gram, double band_share) {
  Half all;
  all.defining.resize(pairs_of(gram));
  std::iota(all.defining.begin(), all.defining.end(), std::size_t{0});
  all.measured = all.defining;
  return {gram, {all}, band_share};
}

DifferenceModes DifferenceModes::cross_fitted(std::span<const double> gram,
                                              const RandomStream& stream, std::size_t splits,
                                              double band_share) {
  const std::size_t pairs = pairs_of(gram), half = pairs / 2;
  SYNCGAP_EXPECTS(pairs >= 2 && splits > 0, "pairs = ", pairs, ", splits = ", splits);
  std::vector<Half> halves;
  std::vector<double> uniforms(pairs);
  std::vector<std::size_t> order(pairs);
  for (std::size_t n = 0; n < splits; ++n) {
    stream.fill_uniforms<double>(n, 0, uniforms);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t i, std::size_t j) { return uniforms[i] < uniforms[j]; });
    // Of an odd number the one in the middle defines in neither and is measured in both.
    const auto middle = order.begin() + signed_size(half), other = order.end() - signed_size(half);
    halves.push_back({{order.begin(), middle}, {middle, order.end()}, {}});
    halves.push_back({{other, order.end()}, {order.begin(), other}, {}});
  }
  return {gram, std::move(halves), band_share};
}

DifferenceModes::DifferenceModes(std::span<const double> gram, std::vector<Half> halves,
                                 double band_share)
    : pairs_(pairs_of(gram)), halves_(std::move(halves)) {
  SYNCGAP_EXPECTS(band_share > 0 && band_share <= 0.5, "band_share = ", band_share);
  require_finite(gram, "initial differences");
  modes_ = pairs_;
  for (Half& half : halves_) {
    const std::size_t n = half.defining.size();
    half.weights = mode_weights(part_of(gram, pairs_, half.defining, half.defining), n);
    modes_ = std::min(modes_, half.weights.size() / n);
  }
  for (Half& half : halves_) {  // as many modes in each
    const std::size_t n = half.defining.size(), found = half.weights.size() / n;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < modes_; ++k)
        half.weights[i * modes_ + k] = half.weights[i * found + k];
    half.weights.resize(n * modes_);
  }
  if (modes_ >= 2) band_ = band_size(band_share, modes_);
  initial_squares_ = squares(gram);
  initial_variances_.assign(modes_, 0.0);
  for (std::size_t i = 0; i < pairs_; ++i)
    for (std::size_t k = 0; k < modes_; ++k)
      initial_variances_[k] += initial_squares_[i * modes_ + k] / to_real(pairs_);
}

std::vector<double> DifferenceModes::squares(std::span<const double> products) const {
  std::vector<double> sums(pairs_ * modes_, 0.0), along;
  if (modes_ == 0) return sums;
  std::vector<std::size_t> times(pairs_, 0);
  for (const Half& half : halves_) {
    const std::size_t rows = half.measured.size(), inner = half.defining.size();
    const std::vector<double> part = part_of(products, pairs_, half.measured, half.defining);
    along.assign(rows * modes_, 0.0);
    add_product(rows, modes_, inner, part.data(), half.weights.data(), along.data(),
                {inner, modes_, modes_});  // (B, A) (A, K) -> (B, K)
    for (std::size_t r = 0; r < rows; ++r) {
      ++times[half.measured[r]];
      for (std::size_t k = 0; k < modes_; ++k) {
        const double x = along[r * modes_ + k];
        sums[half.measured[r] * modes_ + k] += x * x;
      }
    }
  }
  for (std::size_t i = 0; i < pairs_; ++i)
    for (std::size_t k = 0; k < modes_; ++k) sums[i * modes_ + k] /= to_real(times[i]);
  return sums;
}

ModeEnergies DifferenceModes::energies(std::span<const double> cross) const {
  SYNCGAP_EXPECTS(cross.size() == pairs_ * pairs_, cross.size(), " elements for ", pairs_,
                  " pairs");
  require_finite(cross, "later with initial differences");
  const std::vector<double> later = squares(cross);
  const double mean_of = 1 / to_real(pairs_);
  ModeEnergies out;
  for (std::size_t k = 0; k < modes_; ++k) {
    double sum = 0;
    for (std::size_t i = 0; i < pairs_; ++i) sum += later[i * modes_ + k] * mean_of;
    out.energies.push_back(sum / initial_variances_[k]);
  }
  out.leading = out.trailing = out.gap = {kNoValue, kNoValue, pairs_};
  if (band_ == 0) return out;
  // What each pair adds to a band's mean of ratios, to first order: (numerator - ratio
  // denominator) / mean denominator.
  std::vector<double> on_leading(pairs_, 0.0), on_trailing(pairs_, 0.0), on_gap;
  const auto fill = [&](std::size_t first, std::vector<double>& by_pair) {
    double mean = 0;
    for (std::size_t k = first; k < first + band_; ++k) {
      mean += out.energies[k] / to_real(band_);
      for (std::size_t i = 0; i < pairs_; ++i)
        by_pair[i] += (later[i * modes_ + k] - out.energies[k] * initial_squares_[i * modes_ + k]) /
                      (initial_variances_[k] * to_real(band_));
    }
    return Estimate{mean, estimate_mean(by_pair).standard_error, pairs_};
  };
  out.leading = fill(0, on_leading);
  out.trailing = fill(modes_ - band_, on_trailing);
  const double gap = out.trailing.value / out.leading.value;
  for (std::size_t i = 0; i < pairs_; ++i)
    on_gap.push_back((on_trailing[i] - gap * on_leading[i]) / out.leading.value);
  out.gap = {gap, estimate_mean(on_gap).standard_error, pairs_};
  return out;
}

std::vector<double> DifferenceModes::shares(std::span<const double> gram_of_part) const {
  SYNCGAP_EXPECTS(gram_of_part.size() == pairs_ * pairs_);
  std::vector<double> out(modes_, 0.0), along;
  for (const Half& half : halves_) {
    const std::size_t n = half.defining.size();
    const std::vector<double> part = part_of(gram_of_part, pairs_, half.defining, half.defining);
    along.assign(n * modes_, 0.0);
    add_product(n, modes_, n, part.data(), half.weights.data(), along.data(),
                {n, modes_, modes_});  // (A, A) (A, K) -> (A, K)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < modes_; ++k)
        out[k] += half.weights[i * modes_ + k] * along[i * modes_ + k] / to_real(halves_.size());
  }
  return out;
}

double effective_dimension(std::span<const double> gram) {
  const std::size_t n = pairs_of(gram);
  const double mean = trace(gram) / to_real(n);
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (i != j) squares += gram[i * n + j] * gram[i * n + j];
  return mean * mean / (squares / to_real(n * (n - 1)));
}

Interval marchenko_pastur_range(std::size_t pairs, double dimension) {
  const double root = std::sqrt(to_real(pairs) / dimension);
  return {root < 1 ? (1 - root) * (1 - root) : 0.0, (1 + root) * (1 + root)};
}

IsotropicDifferences isotropic_like(std::span<const double> gram, std::span<const double> cross,
                                    double later_energy) {
  require_finite(gram, "initial differences");
  require_finite(cross, "later with initial differences");
  const double energy = trace(gram), kept = trace(cross) / energy;
  return {pairs_of(gram), effective_dimension(gram), kept,
          std::sqrt(std::max(later_energy / energy - kept * kept, 0.0))};
}

IsotropicDraws::IsotropicDraws(std::size_t pairs, double dimension, const RandomStream& stream,
                               const ChanceOptions& options)
    : options_(options) {
  require_input(pairs >= 2 && dimension >= 2,
                "isotropic differences need two pairs and two dimensions (pairs = ", pairs,
                ", dimension = ", dimension, ")");
  // In coordinates in which V_0 is lower triangular (Bartlett 1933) only min(M, D) of the D matter.
  const std::size_t rank = to_real(pairs) < dimension ? pairs : static_cast<std::size_t>(dimension);
  std::vector<double> normals(2 * pairs * rank), uniforms(rank);
  std::vector<double> gram(pairs * pairs), fresh(pairs * pairs);
  for (std::size_t draw = 0; draw < options.draws; ++draw) {
    stream.fill_normals<double>(draw, 1, normals);
    stream.fill_uniforms<double>(draw, 2, uniforms);
    for (std::size_t i = 0; i < rank; ++i) {
      const boost::math::chi_squared diagonal(dimension - to_real(i));
      normals[i * rank + i] = std::sqrt(boost::math::quantile(diagonal, uniforms[i]));
      std::fill(normals.begin() + signed_size(i * rank + i + 1),
                normals.begin() + signed_size((i + 1) * rank), 0.0);
    }
    const double* initial = normals.data();
    multiply_transposed(pairs, pairs, rank, initial, initial, gram.data());
    multiply_transposed(pairs, pairs, rank, initial + pairs * rank, initial, fresh.data());
    // Draws are alike in every order of their pairs, so that they may share their splits (step 0).
    draws_.push_back(
        {gram, fresh, DifferenceModes::in_sample(gram, options.band_share),
         DifferenceModes::cross_fitted(gram, stream, options.splits, options.band_share)});
  }
}

ChanceGaps IsotropicDraws::gaps(double kept, double fresh) const {
  std::vector<double> in_sample, cross_fitted, cross;
  for (const Draw& draw : draws_) {
    cross = draw.fresh;
    for (std::size_t k = 0; k < cross.size(); ++k)
      cross[k] = fresh * cross[k] + kept * draw.gram[k];
    in_sample.push_back(draw.in_sample.energies(cross).gap.value);
    cross_fitted.push_back(draw.cross_fitted.energies(cross).gap.value);
  }
  const auto summary = [&](std::vector<double>& gaps) {
    const double mean = estimate_mean(gaps).value;
    return IntervalEstimate{mean, percentile_interval(std::move(gaps), options_.level)};
  };
  return {summary(in_sample), summary(cross_fitted)};
}

ChanceGaps gaps_by_chance(const IsotropicDifferences& differences, const RandomStream& stream,
                          const ChanceOptions& options) {
  return IsotropicDraws(differences.pairs, differences.dimension, stream, options)
      .gaps(differences.kept, differences.fresh);
}

}  // namespace syncgap::observables
