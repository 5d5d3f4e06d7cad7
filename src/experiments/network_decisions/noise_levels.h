#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "diffusion/noise_schedule.h"

namespace syncgap::experiments {

/// log gamma, gamma = abar / (1 - abar), of step t.
inline double log_signal_to_noise(const diffusion::NoiseSchedule& schedule, std::int64_t t) {
  const double signal = schedule.alpha_bar(t);
  return std::log(signal) - std::log1p(-signal);
}

/// Steps of a schedule as two clocks, of the process and of what is known. (S) each
struct NoiseLevels {
  std::vector<double> time;     ///< -1/2 log abar, of an Ornstein-Uhlenbeck process
  std::vector<double> log_snr;  ///< log gamma
  /// dH/dt = rate E|e|^2 and dH/d log gamma = -E|e|^2 / 2, with e the error of the noise that was
  /// predicted, summed over pixels, and H the entropy of the clean image given x_t. By I-MMSE (Guo,
  /// Shamai and Verdu 2005) dI/dgamma = E|x0_hat - x0|^2 / 2, where |x0_hat - x0|^2 =
  /// |e|^2 / gamma; and gamma = 1 / (e^2t - 1) has dlog gamma/dt = -2 / (1 - abar). So the rate is
  /// 1 / (1 - abar): information (34) as corrected by E4.3 and E4.4.
  std::vector<double> rate;

  NoiseLevels(const diffusion::NoiseSchedule& schedule, std::span<const std::int64_t> steps) {
    for (const std::int64_t t : steps) {
      time.push_back(schedule.ou_time(t));
      log_snr.push_back(log_signal_to_noise(schedule, t));
      rate.push_back(1 / (1 - schedule.alpha_bar(t)));
    }
  }
};

}  // namespace syncgap::experiments
