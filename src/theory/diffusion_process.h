#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace syncgap::theory {

/// The forward processes of information (8)-(9), each with its usual clock.
enum class ProcessKind {
  ou,   ///< dx = -x dt + sqrt(2) dW: alpha = e^{-t}, the clock of regimes, VP with beta = 2
  vp,   ///< dx = -beta x/2 dt + sqrt(beta) dW, beta rising linearly over 0 <= t <= 1, then constant
  ve,   ///< dx = g dW, sigma^2 = sigma_min^2 ((sigma_max / sigma_min)^{2t} - 1)
  edm,  ///< dx = sqrt(2t) dW: sigma = t
};

/// Names as jobs write them, in the order of the enumerators.
const std::vector<std::string>& process_names();
/// The process of one of these names.
ProcessKind process_kind(std::string_view name);

/// Forward noising x_t = alpha_t y + sigma_t z of one isotropic process, information (7).
/// Seen from the data, x_t / alpha_t = y + sqrt(s) z with s = sigma^2 / alpha^2: what the noise
/// hides depends on the reduced noise s alone, and the processes differ only in how t runs through
/// s.
class DiffusionProcess {
 public:
  explicit DiffusionProcess(ProcessKind kind) : kind_(kind) {}

  ProcessKind kind() const { return kind_; }
  /// alpha_t, how much of the data is left.
  double signal(double t) const;
  /// sigma_t^2.
  double noise_variance(double t) const;
  /// nu^2(t) = g^2(t), the noise added per unit time (corrections E4.4): 2 for OU, 2t for EDM.
  double noise_rate(double t) const;
  /// f in the drift -f(t) x: 1 for OU, 0 for VE and EDM.
  double relaxation_rate(double t) const;
  /// s = sigma^2 / alpha^2; increases from 0 at t = 0, ds/dt = nu^2 / alpha^2.
  double reduced_noise(double t) const;
  double reduced_noise_rate(double t) const;
  /// The time at which sigma / alpha = sqrt(s): the inverse of reduced_noise. Needs s >= 0.
  double time_of(double s) const;

 private:
  ProcessKind kind_;
};

/// Limits of the linear schedule of `vp` and of the geometric one of `ve` (Song et al. 2021).
inline constexpr double kVpBetaFirst = 0.1;
inline constexpr double kVpBetaLast = 20.0;
inline constexpr double kVeNoiseFirst = 0.01;
inline constexpr double kVeNoiseLast = 50.0;

}  // namespace syncgap::theory
