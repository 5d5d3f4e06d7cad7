#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "diffusion/noise_schedule.h"

namespace syncgap::diffusion {

/// Log variances of a reverse step between which a network says where its own lies: (1 + v) / 2 of
/// the forward step's, (1 - v) / 2 of the posterior's.
struct LearnedVariance {
  double log_posterior, log_forward;
};

/// One step of a reverse trajectory under predicted noise eps and fresh unit noise xi of the
/// process's covariance: z_to = on_state z_from + on_noise eps + deviation xi. Step -1 is the clean
/// state.
struct ReverseStep {
  std::int64_t from, to;
  double on_state, on_noise, deviation;
  /// Where there is one, each number of a state has the deviation that follows from its v, and
  /// `deviation` is that of v = -1. None is added where it is 0.
  std::optional<LearnedVariance> learned = {};
};

/// Which steps a reverse trajectory visits, and how it takes them.
class SamplingPath {
 public:
  /// DDIM through `steps` of the schedule, descending; all of them where none are given. eta = 0 is
  /// deterministic, eta = 1 has the variance of the forward posterior (Song, Meng and Ermon 2021).
  static SamplingPath ddim(const NoiseSchedule& schedule, double eta = 0,
                           std::vector<std::int64_t> steps = {});
  /// DDPM through all steps with variance beta_t; the last one adds no noise. What the reversed
  /// coupled process does in any coordinates. multimodal (102), regimes (61)
  static SamplingPath ddpm(const NoiseSchedule& schedule);
  /// DDPM through `steps` of the schedule, descending, or all of them, with the variance that the
  /// network learns; the last one adds no noise. The forward step is the one between two steps of
  /// the path. With v = -1 everywhere this is DDIM with eta = 1 (Nichol and Dhariwal 2021); how the
  /// transformer's authors sample.
  static SamplingPath learned(const NoiseSchedule& schedule, std::vector<std::int64_t> steps = {});

  const std::vector<ReverseStep>& steps() const { return steps_; }
  /// Whether a step starts from z_t.
  bool visits(std::int64_t t) const;
  /// What is left of it after its first n steps, fewer than all: from a state that was kept there,
  /// a trajectory goes on with the same bits.
  SamplingPath after(std::int64_t n) const;

 private:
  std::vector<ReverseStep> steps_;
};

}  // namespace syncgap::diffusion
