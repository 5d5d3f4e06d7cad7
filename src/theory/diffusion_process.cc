#include "theory/diffusion_process.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace syncgap::theory {
namespace {

constexpr double kVpSlope = kVpBetaLast - kVpBetaFirst;
/// The integral of beta over the ramp.
constexpr double kVpRamp = 0.5 * (kVpBetaFirst + kVpBetaLast);

/// B(t), the integral of beta from 0 to t: alpha^2 = e^{-B}.
double vp_exponent(double t) {
  if (t > 1.0) return kVpRamp + kVpBetaLast * (t - 1.0);
  return t * (kVpBetaFirst + 0.5 * kVpSlope * t);
}

double vp_time(double exponent) {
  if (exponent > kVpRamp) return 1.0 + (exponent - kVpRamp) / kVpBetaLast;
  // The positive root of slope t^2 / 2 + beta_0 t = B, without cancellation.
  return 2.0 * exponent /
         (kVpBetaFirst + std::sqrt(kVpBetaFirst * kVpBetaFirst + 2.0 * kVpSlope * exponent));
}

double ve_log_ratio() { return std::log(kVeNoiseLast / kVeNoiseFirst); }

}  // namespace

const std::vector<std::string>& process_names() {
  static const std::vector<std::string> names = {"ou", "vp", "ve", "edm"};
  return names;
}

ProcessKind process_kind(std::string_view name) {
  const auto& names = process_names();
  const auto found = std::find(names.begin(), names.end(), name);
  SYNCGAP_EXPECTS(found != names.end());
  return static_cast<ProcessKind>(found - names.begin());
}

double DiffusionProcess::signal(double t) const {
  switch (kind_) {
    case ProcessKind::ou:
      return std::exp(-t);
    case ProcessKind::vp:
      return std::exp(-0.5 * vp_exponent(t));
    default:
      return 1.0;
  }
}

double DiffusionProcess::noise_variance(double t) const {
  SYNCGAP_EXPECTS(t >= 0.0);
  switch (kind_) {
    case ProcessKind::ou:
      return -std::expm1(-2.0 * t);
    case ProcessKind::vp:
      return -std::expm1(-vp_exponent(t));
    case ProcessKind::ve:
      return kVeNoiseFirst * kVeNoiseFirst * std::expm1(2.0 * t * ve_log_ratio());
    case ProcessKind::edm:
      return t * t;
  }
  return 0.0;
}

double DiffusionProcess::noise_rate(double t) const {
  switch (kind_) {
    case ProcessKind::ou:
      return 2.0;
    case ProcessKind::vp:
      return kVpBetaFirst + kVpSlope * std::min(t, 1.0);
    case ProcessKind::ve:
      return 2.0 * ve_log_ratio() * kVeNoiseFirst * kVeNoiseFirst *
             std::exp(2.0 * t * ve_log_ratio());
    case ProcessKind::edm:
      return 2.0 * t;
  }
  return 0.0;
}

double DiffusionProcess::relaxation_rate(double t) const {
  const bool preserves_variance = kind_ == ProcessKind::ou || kind_ == ProcessKind::vp;
  return preserves_variance ? 0.5 * noise_rate(t) : 0.0;
}

double DiffusionProcess::reduced_noise(double t) const {
  switch (kind_) {
    case ProcessKind::ou:
      return std::expm1(2.0 * t);
    case ProcessKind::vp:
      return std::expm1(vp_exponent(t));
    default:
      return noise_variance(t);
  }
}

double DiffusionProcess::reduced_noise_rate(double t) const {
  const double alpha = signal(t);
  return noise_rate(t) / (alpha * alpha);
}

double DiffusionProcess::time_of(double s) const {
  SYNCGAP_EXPECTS(s >= 0.0);
  switch (kind_) {
    case ProcessKind::ou:
      return 0.5 * std::log1p(s);
    case ProcessKind::vp:
      return vp_time(std::log1p(s));
    case ProcessKind::ve:
      return 0.5 * std::log1p(s / (kVeNoiseFirst * kVeNoiseFirst)) / ve_log_ratio();
    case ProcessKind::edm:
      return std::sqrt(s);
  }
  return 0.0;
}

}  // namespace syncgap::theory
