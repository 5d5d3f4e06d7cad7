#include "theory/line_quadrature.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check.h"

namespace syncgap::theory {
namespace {

using Eigen::Index;

/// Components whose share stays below exp(-80) all over the interval are left out.
constexpr double kNegligibleLog = -80.0;

/// log of a weighted Gaussian on the line.
struct Parabola {
  double top, centre, precision;

  explicit Parabola(const LineComponent& component)
      : top(std::log(component.weight) -
            0.5 * std::log(2.0 * std::numbers::pi * component.variance)),
        centre(component.centre),
        precision(1.0 / component.variance) {}
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

/// The zeros of p lie where components of equal size and opposite phase meet: at a distance of at
/// least pi over the range of the slopes of their logarithms. Returns that range over [low, high].
double slope_range(const std::vector<Parabola>& logs, const Parabola& own, double low,
                   double high) {
  double range = 0.0;
  for (const double end : {low, high}) {
    double steepest = own.slope(end), flattest = steepest;
    for (const Parabola& other : logs) {
      if (largest_excess(other, own, low, high) < kNegligibleLog) continue;
      steepest = std::max(steepest, other.slope(end));
      flattest = std::min(flattest, other.slope(end));
    }
    range = std::max(range, steepest - flattest);
  }
  return range;
}

}  // namespace

std::vector<LineComponent> line_components(const NoisedMixture& density) {
  SYNCGAP_EXPECTS(density.dimension() == 1);
  const DataMixture& data = density.data();
  std::vector<LineComponent> components;
  for (Index k = 0; k < density.count(); ++k)
    components.push_back(
        {data.weights()[k], data.means()(0, k), data.spectra()(0, k) + density.noise()});
  return components;
}

LineQuadrature::LineQuadrature(std::span<const LineComponent> components,
                               const LineAccuracy& accuracy) {
  std::vector<Parabola> logs;
  for (const LineComponent& component : components) {
    SYNCGAP_EXPECTS(component.weight > 0.0 && component.variance > 0.0);
    logs.emplace_back(component);
  }
  for (std::size_t k = 0; k < logs.size(); ++k) {
    const double deviation = std::sqrt(components[k].variance), centre = components[k].centre;
    const double reach = accuracy.half_width * deviation;
    const double range = slope_range(logs, logs[k], centre - reach, centre + reach);
    double step = accuracy.largest_step * deviation;
    if (range > 0.0) step = std::min(step, accuracy.step_over_pole / range);
    const auto half = static_cast<int>(std::ceil(reach / step));
    const double scale =
        components[k].weight * step / deviation / std::sqrt(2.0 * std::numbers::pi);
    for (int i = -half; i <= half; ++i) {
      const double z = i * step / deviation;
      positions_.push_back(centre + i * step);
      weights_.push_back(scale * std::exp(-0.5 * z * z));
    }
  }
}

double differential_entropy(std::span<const LineComponent> components) {
  if (components.size() == 1)
    return 0.5 * std::log(2.0 * std::numbers::pi * std::numbers::e * components[0].variance);
  const std::vector<Parabola> logs(components.begin(), components.end());
  const LineQuadrature nodes(components, kAbsoluteAccuracy);
  double entropy = 0.0;
  for (std::size_t i = 0; i < nodes.positions().size(); ++i) {
    const double x = nodes.positions()[i];
    double largest = logs[0](x);
    for (const Parabola& log : logs) largest = std::max(largest, log(x));
    double sum = 0.0;
    for (const Parabola& log : logs) sum += std::exp(log(x) - largest);
    entropy -= nodes.weights()[i] * (largest + std::log(sum));
  }
  return entropy;
}

double differential_entropy(const DataMixture& line) {
  return differential_entropy(line_components(NoisedMixture(line, 0.0)));
}

}  // namespace syncgap::theory
