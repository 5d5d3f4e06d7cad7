#pragma once

#include <cstddef>
#include <vector>

namespace syncgap::sde {

/// One step of the reverse Ornstein-Uhlenbeck process from time t down to s, with the denoised
/// state E[a | x_t] held fixed: x <- state x + denoised E[a | x] + noise z.
struct DenoisedStep {
  double state, denoised, noise;
};

/// The law of x_s given x_t and the data point E[a | x_t], DDPM's ancestral step, regimes (61):
/// exact for any step length once the trajectory has settled on a point, and of first order in t -
/// s before. At s = 0 it returns the denoised state.
DenoisedStep ancestral_step(double t, double s);

/// Euler-Maruyama for regimes (3): x <- x + h (x + 2 score) + sqrt(2 h) z, h = t - s.
DenoisedStep euler_step(double t, double s);

/// t_k = -log(alpha bar_k) / 2 of the DDPM schedule, regimes (58)-(59): beta_k linear from 1e-4 to
/// 0.02 over 1000 steps. Another number of steps takes evenly spaced places of this schedule,
/// between its steps by interpolation: the horizon is 5.06 always. Entry 0 is t = 0.
std::vector<double> ddpm_times(std::size_t steps);

/// k horizon / steps for k = 0 ... steps.
std::vector<double> uniform_times(double horizon, std::size_t steps);

/// The step of `times` (increasing) nearest to time t.
std::size_t nearest_step(const std::vector<double>& times, double t);

}  // namespace syncgap::sde
