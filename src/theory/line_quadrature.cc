#include "theory/line_quadrature.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check.h"

namespace syncgap::theory {
namespace {

using Eigen::Index;

/// Half width of a component's interval in standard deviations: exp(-14^2 / 2) = 3e-43.
constexpr double kHalfWidth = 14.0;
/// Components whose share stays below exp(-80) all over the interval are left out.
constexpr double kNegligibleLog = -80.0;
/// Step in standard deviations: the Gaussian alone is then good to exp(-2 pi^2 / 0.5^2) = 1e-34.
constexpr double kLargestStep = 0.5;
/// Step times the range of slopes L: poles at distance pi / L leave exp(-2 pi^2 / 0.5) = 7e-18.
constexpr double kStepOverPole = 0.5;

/// log of a weighted Gaussian on the line: a parabola.
struct Parabola {
  double top, centre, precision;
  double operator()(double x) const { return top - 0.5 * precision * (x - centre) * (x - centre); }
  double slope(double x) const { return -precision * (x - centre); }
};

/// The largest value of a - b over [low, high].
double largest_excess(const Parabola& a, const Parabola& b, double low, double high) {
  double largest = std::max(a(low) - b(low), a(high) - b(high));
  const double curvature = a.precision - b.precision;
  if (curvature > 0.0) {
    const double vertex = (a.precision * a.centre - b.precision * b.centre) / curvature;
    if (vertex > low && vertex < high) largest = std::max(largest, a(vertex) - b(vertex));
  }
  return largest;
}

}  // namespace

LineQuadrature::LineQuadrature(const NoisedMixture& density) {
  SYNCGAP_EXPECTS(density.dimension() == 1);
  std::vector<Parabola> logs;
  for (Index k = 0; k < density.count(); ++k) {
    const double variance = density.data().spectra()(0, k) + density.noise();
    SYNCGAP_EXPECTS(variance > 0.0);
    logs.push_back({density.log_component(k, density.data().means().col(k)),
                    density.data().means()(0, k), 1.0 / variance});
  }
  for (std::size_t k = 0; k < logs.size(); ++k) {
    const Parabola& own = logs[k];
    const double deviation = 1.0 / std::sqrt(own.precision);
    const double low = own.centre - kHalfWidth * deviation;
    const double high = own.centre + kHalfWidth * deviation;
    // p_s has its zeros where components of equal size and opposite phase meet: at a distance of at
    // least pi over the range of the slopes of their logarithms.
    double steepest[2] = {own.slope(low), own.slope(high)};
    double flattest[2] = {own.slope(low), own.slope(high)};
    for (const Parabola& other : logs) {
      if (largest_excess(other, own, low, high) < kNegligibleLog) continue;
      for (const int end : {0, 1}) {
        const double slope = other.slope(end == 0 ? low : high);
        steepest[end] = std::max(steepest[end], slope);
        flattest[end] = std::min(flattest[end], slope);
      }
    }
    const double range = std::max(steepest[0] - flattest[0], steepest[1] - flattest[1]);
    double step = kLargestStep * deviation;
    if (range > 0.0) step = std::min(step, kStepOverPole / range);
    const auto half = static_cast<int>(std::ceil(kHalfWidth * deviation / step));
    const double scale = density.data().weights()[static_cast<Index>(k)] * step / deviation /
                         std::sqrt(2.0 * std::numbers::pi);
    for (int i = -half; i <= half; ++i) {
      const double z = i * step / deviation;
      positions_.push_back(own.centre + i * step);
      weights_.push_back(scale * std::exp(-0.5 * z * z));
    }
  }
}

double differential_entropy(const DataMixture& line) {
  if (line.count() == 1)
    return 0.5 * std::log(2.0 * std::numbers::pi * std::numbers::e * line.spectra()(0, 0));
  const NoisedMixture density(line, 0.0);
  const LineQuadrature nodes(density);
  Eigen::VectorXd x(1);
  double sum = 0.0;
  for (std::size_t i = 0; i < nodes.positions().size(); ++i) {
    x[0] = nodes.positions()[i];
    sum -= nodes.weights()[i] * density.log_density(x);
  }
  return sum;
}

}  // namespace syncgap::theory
