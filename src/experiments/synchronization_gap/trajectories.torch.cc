#include "experiments/synchronization_gap/trajectories.h"

#include <array>
#include <map>

#include "diffusion/branches.h"
#include "diffusion/clean_prediction.h"
#include "diffusion/coupled_modes.h"
#include "networks/tensor_values.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// (B, d) each.
std::array<Tensor, kFollowed> followed(const Tensor& state) {
  const auto modes = diffusion::split_modes(state);
  return {modes.common.flatten(1), modes.difference.flatten(1), state.select(1, 0).flatten(1),
          state.select(1, 1).flatten(1)};
}

/// Cosine of each row with that of `b`; (B), zero where a row is zero.
Tensor cosines(const Tensor& a, const Tensor& b) {
  const auto norms = (a.norm(2, 1) * b.norm(2, 1)).clamp_min(1e-30);
  return ((a * b).sum(1) / norms).to(torch::kFloat64);
}

/// Of each prediction (B, 2, C, H, W), by step, with that of step 0. (B, 4, T)
std::vector<double> cosines_with_last(const std::vector<Tensor>& predicted) {
  const std::int64_t steps = std::ssize(predicted), batch = predicted.front().size(0);
  const auto last = followed(predicted.front());
  std::vector<double> found(batch * kFollowed * steps);
  for (std::int64_t t = 0; t < steps; ++t) {
    const auto now = followed(predicted[t]);
    for (std::int64_t m = 0; m < kFollowed; ++m) {
      const auto values = networks::values_of(cosines(now[m], last[m]));
      for (std::int64_t b = 0; b < batch; ++b) found[(b * kFollowed + m) * steps + t] = values[b];
    }
  }
  return found;
}

diffusion::Branch branch_of(const Intervention& intervention, std::int64_t number,
                            const Tensor& kick) {
  return {{intervention.step, number}, [kick, scale = intervention.scale](const Tensor& states) {
            auto modes = diffusion::split_modes(states);
            modes.difference = modes.difference + kick * scale;
            return diffusion::join_modes(modes);
          }};
}

}  // namespace

FollowedBatch follow_trajectories(const diffusion::NoiseSchedule& schedule,
                                  const diffusion::Denoiser& denoiser, const Tensor& start,
                                  const FollowPlan& plan, const Tensor& kick) {
  std::vector<diffusion::Branch> branches;
  std::map<std::int64_t, std::int64_t> at_step;
  for (const Intervention& intervention : plan.interventions)
    branches.push_back(branch_of(intervention, at_step[intervention.step]++, kick));
  std::vector<Tensor> predicted(schedule.steps());
  const auto ends = diffusion::run_branches(
      diffusion::SamplingPath::ddim(schedule), denoiser, start, branches, {}, {},
      [&](const diffusion::TrunkStep& step) {
        predicted[step.t] = diffusion::predict_clean(schedule, step.states, step.noise, step.t);
      });
  FollowedBatch batch{cosines_with_last(predicted), {}, ends.trunk, ends.branches};
  for (const std::int64_t step : plan.image_steps)
    batch.images.push_back(step >= 0 && step < schedule.steps() ? predicted[step] : Tensor());
  return batch;
}

}  // namespace syncgap::experiments
