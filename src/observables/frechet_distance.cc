#include "observables/frechet_distance.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/SVD>

#include "core/check.h"
#include "core/numbers.h"
#include "observables/matrix_product.h"

// Shapes: n rows of F features, K blocks; m = min(n, F).
namespace syncgap::observables {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// What the distance needs of a set.
struct Moments {
  Eigen::RowVectorXd mean;  // (F)
  RowMatrix factor;         // (m, F), the covariance is its transpose times itself
  double trace = 0;         // of the covariance
};

/// A factor of a covariance from another one with more rows. Pivots make it exact where features
/// never vary or depend on others: what rounding leaves of those is dropped.
RowMatrix smaller_factor(const RowMatrix& rows) {
  const auto features = rows.cols();
  RowMatrix covariance = RowMatrix::Zero(features, features);
  const auto size = unsigned_size(features);
  add_transposed_product(size, size, unsigned_size(rows.rows()), rows.data(), rows.data(),
                         covariance.data());
  const Eigen::LDLT<RowMatrix> solved(covariance);  // S = P^T L D L^T P
  Eigen::VectorXd scale = solved.vectorD();
  const double rounding =
      to_real(features) * std::numeric_limits<double>::epsilon() * scale.maxCoeff();
  for (double& each : scale) each = each > rounding ? std::sqrt(each) : 0;
  const RowMatrix columns = RowMatrix(solved.matrixL()) * scale.asDiagonal();
  return (solved.transpositionsP().transpose() * columns).transpose();
}

Moments moments(const FeatureRows& set, const std::vector<std::int64_t>& chosen) {
  const auto count = std::ssize(chosen);
  Moments out;
  RowMatrix rows(count, set.features);
  for (std::int64_t k = 0; k < count; ++k)
    std::copy_n(set.values.data() + chosen[k] * set.features, set.features,
                rows.data() + k * set.features);
  out.mean = rows.colwise().mean();
  rows.rowwise() -= out.mean;
  rows /= std::sqrt(to_real(count - 1));
  out.trace = rows.squaredNorm();
  out.factor = count > set.features ? smaller_factor(rows) : std::move(rows);
  return out;
}

double distance(const Moments& a, const Moments& b) {
  RowMatrix product(a.factor.rows(), b.factor.rows());
  multiply_transposed(unsigned_size(product.rows()), unsigned_size(product.cols()),
                      unsigned_size(a.factor.cols()), a.factor.data(), b.factor.data(),
                      product.data());
  const double overlap = Eigen::BDCSVD<Eigen::MatrixXd>(product).singularValues().sum();
  return (a.mean - b.mean).squaredNorm() + a.trace + b.trace - 2 * overlap;
}

void check(const FeatureRows& a, const FeatureRows& b, std::int64_t least) {
  require_input(a.features == b.features && a.features > 0,
                "sets of features are compared that have the same (they have ", a.features, " and ",
                b.features, "): take both from one network");
  for (const FeatureRows* set : {&a, &b}) {
    SYNCGAP_EXPECTS(std::ssize(set->values) == set->count() * set->features);
    require_input(set->count() >= least, "a Frechet distance takes at least ", least,
                  " rows of features (a set has ", set->count(), "): give more images");
    const auto odd = std::find_if(set->values.begin(), set->values.end(),
                                  [](double x) { return !std::isfinite(x); });
    require_input(odd == set->values.end(), "features are finite numbers (row ",
                  (odd - set->values.begin()) / set->features, " has ",
                  odd == set->values.end() ? 0.0 : *odd,
                  "): look at its image and at the network's weights");
  }
}

std::vector<std::int64_t> all_rows(const FeatureRows& set) {
  std::vector<std::int64_t> rows(set.count());
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

/// A set whose rows are dealt to blocks.
class DealtRows {
 public:
  DealtRows(const FeatureRows& set, const RandomStream& stream, std::int64_t blocks)
      : set_(set), blocks_(blocks), order_(all_rows(set)) {
    std::vector<double> keys(order_.size());
    stream.fill_uniforms<double>(0, 0, keys);
    std::sort(order_.begin(), order_.end(), [&](std::int64_t i, std::int64_t j) {
      return keys[i] != keys[j] ? keys[i] < keys[j] : i < j;
    });
  }

  /// Of all rows but those of two blocks, in order: -1 for no block.
  Moments without(std::int64_t first, std::int64_t second) const {
    std::vector<std::int64_t> rows;
    for (std::int64_t k = 0; k < std::ssize(order_); ++k)
      if (k % blocks_ != first && k % blocks_ != second) rows.push_back(order_[k]);
    std::sort(rows.begin(), rows.end());
    return moments(set_, rows);
  }

 private:
  const FeatureRows& set_;
  std::int64_t blocks_;
  std::vector<std::int64_t> order_;
};

}  // namespace

double frechet_distance(const FeatureRows& a, const FeatureRows& b) {
  check(a, b, 2);
  return distance(moments(a, all_rows(a)), moments(b, all_rows(b)));
}

FrechetEstimate estimate_frechet_distance(const FeatureRows& a, const FeatureRows& b,
                                          const RandomStream& stream,
                                          const FrechetOptions& options) {
  const std::int64_t blocks = options.blocks;
  require_input(blocks >= 4, "a distance is corrected by at least 4 blocks (there are ", blocks,
                "): the default is 8");
  check(a, b, 2 * blocks);
  const DealtRows dealt_a(a, stream, blocks), dealt_b(b, stream, blocks);
  const auto without = [&](std::int64_t first, std::int64_t second) {
    return distance(dealt_a.without(first, second), dealt_b.without(first, second));
  };
  FrechetEstimate out;
  out.plain = without(-1, -1);

  const double k = to_real(blocks);
  std::vector<double> less_one(blocks), less_two(blocks, 0.0);  // the second: means over the other
  for (std::int64_t i = 0; i < blocks; ++i) {
    less_one[i] = without(i, -1);
    for (std::int64_t j = 0; j < i; ++j) {
      const double both = without(i, j);
      less_two[i] += both / (k - 1);
      less_two[j] += both / (k - 1);
    }
  }
  // Weights of the parabola through 1 / n, K / (K - 1) / n and K / (K - 2) / n at 0.
  out.corrected.value = k * k / 2 * out.plain - (k - 1) * (k - 1) * estimate_mean(less_one).value +
                        (k - 2) * (k - 2) / 2 * estimate_mean(less_two).value;
  // What the line through the last two gives without each block.
  MeanAccumulator replicates;
  for (std::int64_t i = 0; i < blocks; ++i)
    replicates.add((k - 1) * less_one[i] - (k - 2) * less_two[i]);
  out.corrected.standard_error = (k - 1) / std::sqrt(k) * std::sqrt(replicates.variance());
  out.corrected.count = static_cast<std::uint64_t>(std::min(a.count(), b.count()));
  return out;
}

}  // namespace syncgap::observables
