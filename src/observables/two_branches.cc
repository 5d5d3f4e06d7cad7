#include "observables/two_branches.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <boost/math/tools/minima.hpp>

#include "core/numbers.h"

namespace syncgap::observables {
namespace {

/// log cosh x without overflow.
double log_cosh(double x) {
  const double size = std::abs(x);
  return size + std::log1p(std::exp(-2 * size)) - std::numbers::ln2;
}

}  // namespace

TwoBranches fit_two_branches(std::span<const double> numbers) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  double square = 0;
  for (const double a : numbers) square += a * a;
  const double n = to_real(std::ssize(numbers));
  if (numbers.size() < 2 || !(square > 0)) return {kNaN, kNaN, kNaN};
  square /= n;
  const double root = std::sqrt(square);
  // Of m = share root and c = (1 - share^2) root^2, relative to one branch, negated and over n.
  const auto loss = [&](double share) {
    const double rest = 1 - share * share;
    double sum = 0;
    for (const double a : numbers) sum += log_cosh(share * a / (rest * root));
    return 0.5 * std::log(rest) + share * share / rest - sum / n;
  };
  // The loss may have several minima: the lowest of a few points shows which.
  constexpr int kPoints = 8;
  constexpr double kMost = 0.9999;
  int lowest = 0;
  double least = 0;
  for (int k = 1; k <= kPoints; ++k)
    if (const double seen = loss(kMost * k / kPoints); seen < least) {
      least = seen;
      lowest = k;
    }
  const double from = kMost * std::max(0, lowest - 1) / kPoints;
  const double to = kMost * std::min(kPoints, lowest + 1) / kPoints;
  constexpr int kBits = 20;
  const auto [share, value] = boost::math::tools::brent_find_minima(loss, from, to, kBits);
  if (value >= 0) return {0, square, 0};
  return {share * root, (1 - share * share) * square, -2 * n * value};
}

OneBranchEvidence::OneBranchEvidence(std::int64_t numbers, std::int64_t draws,
                                     const RandomStream& stream) {
  std::vector<double> drawn(unsigned_size(numbers));
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    stream.fill_normals(static_cast<std::uint64_t>(draw), 0, std::span<double>(drawn));
    sorted_.push_back(fit_two_branches(drawn).evidence);
  }
  std::sort(sorted_.begin(), sorted_.end());
}

double OneBranchEvidence::chance(double evidence) const {
  const auto more = sorted_.end() - std::lower_bound(sorted_.begin(), sorted_.end(), evidence);
  return (1 + to_real(more)) / (1 + to_real(std::ssize(sorted_)));
}

}  // namespace syncgap::observables
