#include "theory/critical_coupling.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/root.h"
#include "theory/speciation_scan.h"

namespace syncgap::theory {
namespace {

/// kappa(0) = uncoupled - g * loss, from A(0) = (M + sigma_W^2 C(0)^-1)^-1 sigma_W^2 C(0)^-1.
struct InitialKappa {
  double uncoupled, loss;
};

InitialKappa initial_kappa(double beta, double noise_variance, const DataLaw& data, double angle) {
  // At t = 0: C = diag(sigma_x^2, sigma_y^2), and e = sigma_W^2 - beta sigma^2 > 0 when confining.
  const double ex = noise_variance - beta * data.variance_x;
  const double ey = noise_variance - beta * data.variance_y;
  const double cross = std::sqrt(data.mean_square_x * data.mean_square_y) * std::cos(angle);
  return {noise_variance * (data.mean_square_x / (data.variance_x * ex) +
                            data.mean_square_y / (data.variance_y * ey)),
          noise_variance * cross / (ex * ey)};
}

}  // namespace

std::optional<double> critical_coupling_line(double beta, double noise_variance,
                                             const DataLaw& data, double angle, double largest) {
  SYNCGAP_EXPECTS(beta * std::max(data.variance_x, data.variance_y) < noise_variance);
  const InitialKappa kappa = initial_kappa(beta, noise_variance, data, angle);
  const double g = (kappa.uncoupled - 1.0) / kappa.loss;
  if (!(g >= 0.0 && g <= largest)) return std::nullopt;
  return g;
}

std::optional<double> critical_coupling(double beta, double noise_variance, const DataLaw& data,
                                        double angle, double largest) {
  SYNCGAP_EXPECTS(beta * std::max(data.variance_x, data.variance_y) < noise_variance);
  const InitialKappa kappa = initial_kappa(beta, noise_variance, data, angle);
  // Uncoupled, kappa is decreasing; and sup kappa >= kappa(0) keeps the region up to the line.
  if (kappa.uncoupled <= 1.0 || kappa.loss <= 0.0) return std::nullopt;
  const double mixing = std::cos(angle);
  auto excess = [&](double g) {
    const CoupledProcess process{beta, noise_variance, CouplingKind::triangular};
    return SpeciationScan(AngleKappa(process, CouplingSchedule::constant(g), data)).peak(mixing) -
           1.0;
  };
  double low = (kappa.uncoupled - 1.0) / kappa.loss;
  if (!(low < largest)) return std::nullopt;
  double at_low = excess(low);
  // Rounding can leave the supremum a hair below 1 where it is kappa(0) itself.
  if (at_low <= 0.0) return low;
  double step = 0.02 * low, high = low + step, at_high = excess(high);
  while (at_high > 0.0 && high < largest) {
    low = high, at_low = at_high;
    step *= 1.25;
    high += step;
    at_high = excess(high);
  }
  if (at_high > 0.0) return std::nullopt;
  return find_root("critical coupling", excess, {low, high, at_low, at_high}, 46);
}

}  // namespace syncgap::theory
