#include "cloud/principal_component.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <Eigen/Eigenvalues>

#include "cloud/centred_points.h"
#include "cloud/posterior_tile.h"
#include "core/check.h"
#include "core/numbers.h"
#include "observables/matrix_product.h"

// Shapes: n points of which d' coordinates vary, R sets of weights side by side, K Krylov vectors.
namespace syncgap::cloud {
namespace {

/// Sets of weights that go through the products together; bounds the Krylov vectors kept.
constexpr std::size_t kSetsTogether = 64;
constexpr std::size_t kMostVectors = 48;
constexpr int kMostRestarts = 200;
/// Bound on |C v - Lambda v| / Lambda; the error of Lambda is its square over the relative gap.
constexpr double kResidual = 1e-7;

/// Leading eigenpair of the tridiagonal matrix Lanczos leaves behind, and the residual's bound.
struct Ritz {
  double value;
  double residual;
  Eigen::VectorXd vector;
};
Ritz leading_ritz(const std::vector<double>& diagonal, const std::vector<double>& off_diagonal) {
  const Eigen::Index k = diagonal.size();
  Eigen::VectorXd d = Eigen::Map<const Eigen::VectorXd>(diagonal.data(), k);
  Eigen::VectorXd e = Eigen::Map<const Eigen::VectorXd>(off_diagonal.data(), k - 1);
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(d, e);
  Ritz out{solver.eigenvalues()(k - 1), 0, solver.eigenvectors().col(k - 1)};
  out.residual = off_diagonal.back() * std::abs(out.vector(k - 1));
  return out;
}

double normalise(std::span<double> v) {
  const double norm = std::sqrt(dot(v, v));
  if (norm > 0)
    for (double& x : v) x /= norm;
  return norm;
}

}  // namespace

Covariance::Covariance(std::vector<double> points, std::size_t dimension)
    : dimension_(dimension), points_(std::move(points)) {
  Centring centring = centre_in_place(points_, dimension);
  count_ = centring.count;
  varying_ = std::move(centring.varying);
}

/// products (R, d') = C_r v_r for vectors (R, d'), weights (R, n) that sum to one, means (R, d').
void Covariance::apply(std::span<const double> weights, std::span<const double> means,
                       std::span<const double> vectors, std::span<double> products) const {
  const std::size_t inner = varying_.size(), sets = vectors.size() / inner;
  std::vector<double> shift(sets), along(sets * kPointsPerTile);
  for (std::size_t r = 0; r < sets; ++r)
    shift[r] = dot(means.subspan(r * inner, inner), vectors.subspan(r * inner, inner));
  std::fill(products.begin(), products.end(), 0.0);
  for (std::size_t begin = 0; begin < count_; begin += kPointsPerTile) {
    const std::size_t columns = std::min(kPointsPerTile, count_ - begin);
    const double* tile = points_.data() + begin * inner;
    observables::multiply_transposed(sets, columns, inner, vectors.data(), tile,
                                     along.data());  // (R, p)
    for (std::size_t r = 0; r < sets; ++r)
      for (std::size_t i = 0; i < columns; ++i) {
        double& u = along[r * columns + i];
        u = (u - shift[r]) * weights[r * count_ + begin + i];
      }
    observables::add_product(sets, inner, columns, along.data(), tile, products.data(),
                             {columns, inner, inner});  // (R, p) (p, d') -> (R, d')
  }
}

Covariance::Leading Covariance::leading(std::span<const double> weights,
                                        std::span<const double> starts) const {
  const std::size_t inner = varying_.size(), sets = starts.size() / inner;
  const std::size_t most = std::min(kMostVectors, inner);
  std::vector<double> means(sets * inner, 0.0);  // (R, d')
  observables::add_product(sets, inner, count_, weights.data(), points_.data(), means.data(),
                           {count_, inner, inner});

  Leading out{std::vector<double>(sets, 0.0), std::vector<double>(starts.begin(), starts.end())};
  std::vector<double> vectors(sets * inner), products(sets * inner);
  std::vector<std::uint8_t> converged(sets, 0);
  for (int restart = 0; restart < kMostRestarts; ++restart) {
    std::vector<std::vector<double>> basis(sets), diagonal(sets), off_diagonal(sets);
    std::copy(out.directions.begin(), out.directions.end(), vectors.begin());
    for (std::size_t k = 0; k < most; ++k) {
      apply(weights, means, vectors, products);
      bool running = false;
      for (std::size_t r = 0; r < sets; ++r) {
        if (converged[r]) continue;
        const std::span<double> v = std::span(vectors).subspan(r * inner, inner);
        const std::span<double> w = std::span(products).subspan(r * inner, inner);
        basis[r].insert(basis[r].end(), v.begin(), v.end());
        diagonal[r].push_back(dot(v, w));
        // Twice is enough (Kahan and Parlett).
        for (int pass = 0; pass < 2; ++pass)
          for (std::size_t j = 0; j <= k; ++j) {
            const auto q = std::span<const double>(basis[r]).subspan(j * inner, inner);
            const double overlap = dot(q, w);
            for (std::size_t i = 0; i < inner; ++i) w[i] -= overlap * q[i];
          }
        off_diagonal[r].push_back(normalise(w));
        const Ritz ritz = leading_ritz(diagonal[r], off_diagonal[r]);
        out.variances[r] = ritz.value;
        converged[r] = ritz.residual <= kResidual * ritz.value || k + 1 == inner;
        if (converged[r] || k + 1 == most) {
          const std::span<double> direction = std::span(out.directions).subspan(r * inner, inner);
          std::fill(direction.begin(), direction.end(), 0.0);
          for (std::size_t j = 0; j <= k; ++j)
            for (std::size_t i = 0; i < inner; ++i)
              direction[i] += ritz.vector(j) * basis[r][j * inner + i];
          normalise(direction);
        } else {
          running = true;
        }
        std::copy(w.begin(), w.end(), v.begin());
      }
      if (!running) break;
    }
    if (std::all_of(converged.begin(), converged.end(), [](auto c) { return c != 0; })) return out;
  }
  throw UnitError("the largest eigenvalue of the covariance does not converge");
}

PrincipalComponent Covariance::principal() const {
  PrincipalComponent out;
  out.direction.assign(dimension_, 0.0);
  const std::size_t inner = varying_.size();
  if (inner == 0) {
    out.direction[0] = 1;
    return out;
  }
  // A random sum of the points lies where the variance is.
  std::vector<double> signs(count_), start(inner, 0.0);
  RandomStream(0, "Lanczos start").fill_normals<double>(0, 0, signs);
  observables::add_product(1, inner, count_, signs.data(), points_.data(), start.data(),
                           {count_, inner, inner});
  normalise(start);
  const std::vector<double> weights(count_, 1.0 / to_real(count_));
  const Leading found = leading(weights, start);
  out.variance = found.variances[0];
  const auto largest =
      std::max_element(found.directions.begin(), found.directions.end(),
                       [](double a, double b) { return std::abs(a) < std::abs(b); });
  const double sign = *largest < 0 ? -1 : 1;
  for (std::size_t k = 0; k < inner; ++k) out.direction[varying_[k]] = sign * found.directions[k];
  return out;
}

std::vector<double> Covariance::bootstrap_variances(const PrincipalComponent& start,
                                                    const RandomStream& stream,
                                                    std::size_t resamples) const {
  const std::size_t inner = varying_.size();
  std::vector<double> out(resamples, 0.0);
  if (inner == 0) return out;
  std::vector<double> direction(inner), uniforms(count_);
  for (std::size_t k = 0; k < inner; ++k) direction[k] = start.direction[varying_[k]];
  for (std::size_t first = 0; first < resamples; first += kSetsTogether) {
    const std::size_t sets = std::min(kSetsTogether, resamples - first);
    std::vector<double> weights(sets * count_, 0.0), starts;
    for (std::size_t r = 0; r < sets; ++r) {
      stream.fill_uniforms<double>(first + r, 0, uniforms);
      for (const double u : uniforms)
        weights[r * count_ + static_cast<std::size_t>(u * to_real(count_))] +=
            1.0 / to_real(count_);
      starts.insert(starts.end(), direction.begin(), direction.end());
    }
    const Leading found = leading(weights, starts);
    std::copy(found.variances.begin(), found.variances.end(), out.begin() + first);
  }
  return out;
}

std::vector<double> Covariance::project(const PrincipalComponent& component) const {
  const std::size_t inner = varying_.size();
  std::vector<double> direction(inner), out(count_);
  for (std::size_t k = 0; k < inner; ++k) direction[k] = component.direction[varying_[k]];
  observables::multiply_transposed(count_, 1, inner, points_.data(), direction.data(), out.data());
  return out;
}

}  // namespace syncgap::cloud
