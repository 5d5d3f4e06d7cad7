#include "observables/leading_components.h"

#include <algorithm>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include "core/check.h"
#include "core/numbers.h"
#include "observables/matrix_product.h"

// Shapes: n rows of F features, K components, L >= K directions that are iterated.
namespace syncgap::observables {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// a (n, F) b^T, b (L, F): (n, L)
RowMatrix times_transposed(const RowMatrix& a, const RowMatrix& b) {
  RowMatrix out(a.rows(), b.rows());
  multiply_transposed(unsigned_size(a.rows()), unsigned_size(b.rows()), unsigned_size(a.cols()),
                      a.data(), b.data(), out.data());
  return out;
}

/// a^T b, a (n, L), b (n, F): (L, F)
RowMatrix transposed_times(const RowMatrix& a, const RowMatrix& b) {
  RowMatrix out = RowMatrix::Zero(a.cols(), b.cols());
  add_transposed_product(unsigned_size(a.cols()), unsigned_size(b.cols()), unsigned_size(a.rows()),
                         a.data(), b.data(), out.data());
  return out;
}

/// An orthonormal basis of the columns.
RowMatrix orthonormal(const RowMatrix& columns) {
  const Eigen::HouseholderQR<RowMatrix> solved(columns);
  return solved.householderQ() * RowMatrix::Identity(columns.rows(), columns.cols());
}

RowMatrix centred(const FeatureRows& set, const std::vector<double>& mean) {
  RowMatrix rows(set.count(), set.features);
  std::copy(set.values.begin(), set.values.end(), rows.data());
  rows.rowwise() -= Eigen::Map<const Eigen::RowVectorXd>(mean.data(), set.features);
  return rows;
}

}  // namespace

LeadingComponents::LeadingComponents(const FeatureRows& set, std::int64_t most,
                                     const RandomStream& stream) {
  require_input(set.count() >= 2, "components of a set take at least 2 rows of features (it has ",
                set.count(), "): give more images");
  const std::int64_t features = set.features;
  count_ = std::min({most, features, set.count() - 1});
  const Eigen::RowVectorXd mean =
      Eigen::Map<const RowMatrix>(set.values.data(), set.count(), features).colwise().mean();
  mean_.assign(mean.begin(), mean.end());
  const RowMatrix varying = centred(set, mean_);

  // More directions than are kept, and a few rounds: enough for what noise lets one tell apart.
  constexpr std::int64_t kBeside = 16, kRounds = 6;
  const std::int64_t iterated = std::min({count_ + kBeside, features, set.count()});
  RowMatrix basis(iterated, features);  // (L, F), orthonormal rows
  stream.fill_normals<double>(0, 0, std::span<double>(basis.data(), unsigned_size(basis.size())));
  for (std::int64_t round = 0; round < kRounds; ++round) {
    const RowMatrix reached = orthonormal(times_transposed(varying, basis));  // (n, L)
    basis = orthonormal(transposed_times(reached, varying).transpose()).transpose();
  }
  const RowMatrix along = times_transposed(varying, basis);             // (n, L)
  const RowMatrix within = transposed_times(along, along);              // (L, L)
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(within);  // ascending
  const Eigen::MatrixXd leading = solved.eigenvectors().rightCols(count_).rowwise().reverse();
  const RowMatrix directions = leading.transpose() * basis;
  directions_.assign(directions.data(), directions.data() + directions.size());
  const double all = varying.squaredNorm();
  if (all > 0) share_ = std::min(1.0, solved.eigenvalues().tail(count_).sum() / all);
}

std::vector<double> LeadingComponents::coordinates(const FeatureRows& rows) const {
  require_input(rows.features == std::ssize(mean_),
                "components are of features of another number (", rows.features, ", they have ",
                mean_.size(), "): take both from one network");
  const RowMatrix directions =
      Eigen::Map<const RowMatrix>(directions_.data(), count_, std::ssize(mean_));
  const RowMatrix out = times_transposed(centred(rows, mean_), directions);
  return {out.data(), out.data() + out.size()};
}

}  // namespace syncgap::observables
