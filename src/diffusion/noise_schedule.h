#pragma once

#include <cstdint>
#include <vector>

namespace syncgap::diffusion {

/// Variances of a discrete forward process z_t = sqrt(abar_t) z_0 + sqrt(1 - abar_t) eps with
/// steps t = 0 to T - 1; z_0 itself is step -1.
class NoiseSchedule {
 public:
  /// beta_t on a straight line from `first` to `last`. multimodal sec. 5
  static NoiseSchedule linear(std::int64_t steps, double first, double last);
  /// The same with both ends times 1000 / steps: ends are those of 1000 steps, and abar at the last
  /// step hardly depends on how many there are.
  static NoiseSchedule scaled_linear(std::int64_t steps, double first, double last);
  /// abar_t = cos^2 of a quarter turn with offset s = 0.008, beta_t at most 0.999 (Nichol and
  /// Dhariwal 2021).
  static NoiseSchedule cosine(std::int64_t steps);

  std::int64_t steps() const { return std::ssize(beta_); }
  double beta(std::int64_t t) const { return beta_[t]; }
  /// prod_{s <= t} (1 - beta_s); 1 for t = -1.
  double alpha_bar(std::int64_t t) const { return t < 0 ? 1.0 : alpha_bar_[t]; }
  /// The time of an Ornstein-Uhlenbeck process with the same signal to noise ratio,
  /// -1/2 log abar_t. regimes (58)-(59)
  double ou_time(std::int64_t t) const;

 private:
  /// Throws InputError unless 0 < beta < 1 everywhere.
  explicit NoiseSchedule(std::vector<double> beta);

  std::vector<double> beta_, alpha_bar_;
};

}  // namespace syncgap::diffusion
