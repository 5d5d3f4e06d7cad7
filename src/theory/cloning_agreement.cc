#include "theory/cloning_agreement.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <boost/math/quadrature/gauss_kronrod.hpp>

#include "core/check.h"

namespace syncgap::theory {
namespace {

/// Beyond this many widths a Gaussian is below 1e-18 of its peak.
constexpr double kWidths = 9.2;

/// P(z > x) for a standard normal z.
double upper_tail(double x) { return 0.5 * std::erfc(x / std::numbers::sqrt2); }

/// What the sign of m.x(0) depends on once u, half the class logit of x(t), is known. Within the
/// cluster at +-m, m.x(0)/|m| is normal with mean over width = gain u +- offset.
struct SignGivenLogit {
  double gain, offset;

  SignGivenLogit(const TwoClusters& clusters, double t) {
    const double data = clusters.data_variance(), noise = noise_variance(t);
    const double width = std::sqrt(1.0 / (1.0 / data + std::exp(-2.0 * t) / noise));
    gain = width * clusters.variance(t) / (clusters.separation() * noise);
    offset = width * clusters.separation() / data;
  }
};

}  // namespace

double label_disagreement(double signal) {
  SYNCGAP_EXPECTS(signal >= 0.0);
  if (signal == 0.0) return 0.5;
  // Trapezoid in z = u/a: the nearest poles of 1/cosh(a z) are at i pi / (2a), so that this spacing
  // leaves an aliasing error of e^{-2 pi (pi/2) / .15}; the Gaussian alone needs .5.
  const double spacing = std::min(0.5, 0.15 / signal);
  const double reach = std::min(kWidths, 45.0 / signal);
  double sum = 0.5;
  for (double z = spacing; z < reach; z += spacing)
    sum += std::exp(-0.5 * z * z) / std::cosh(signal * z);
  return std::exp(-0.5 * signal * signal) * spacing * sum / std::sqrt(2.0 * std::numbers::pi);
}

double label_disagreement(const TwoClusters& clusters, double t) {
  return label_disagreement(clusters.signal(t));
}

double sign_disagreement(const TwoClusters& clusters, double t) {
  SYNCGAP_EXPECTS(t >= 0.0);
  if (t == 0.0) return 0.0;
  const double a = clusters.signal(t);
  if (!(a > 0.0)) return 0.5;
  const SignGivenLogit sign(clusters, t);
  // 1 - phi = E[2 q (1 - q)], q the probability of the + sign given x(t); even in u, hence twice
  // the half axis. Every exponential that could overflow is divided out by hand.
  auto integrand = [&](double u) {
    const double plus = sign.gain * u + sign.offset, minus = sign.gain * u - sign.offset;
    const double fade = std::exp(-2.0 * u);
    const double towards = (a * a - u) / a, away = (a * a + u) / a;
    const double same = (upper_tail(-plus) + fade * upper_tail(-minus)) / (1.0 + fade);
    return same * (std::exp(-0.5 * towards * towards) * upper_tail(plus) +
                   std::exp(-0.5 * away * away) * upper_tail(minus));
  };
  // Scales in u: 1 of the class posterior, 1/gain of the sign, a of the law of u around +-a^2. The
  // pieces grow geometrically from the smallest, so that no feature falls between the nodes.
  const double end = a * a + kWidths * a;
  std::vector<double> cuts = {0.0};
  for (double cut = std::min({1.0, a, 1.0 / sign.gain}); cut < end; cut *= 2.0) cuts.push_back(cut);
  for (double z = -8.0; z <= 8.0; z += 4.0)
    if (const double cut = a * a + z * a; cut > 0.0) cuts.push_back(cut);
  cuts.push_back(end);
  std::sort(cuts.begin(), cuts.end());
  double sum = 0.0;
  for (std::size_t i = 1; i < cuts.size(); ++i)
    sum += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(integrand, cuts[i - 1],
                                                                         cuts[i], 6, 1e-12);
  return 2.0 * sum / (a * std::sqrt(2.0 * std::numbers::pi));
}

}  // namespace syncgap::theory
