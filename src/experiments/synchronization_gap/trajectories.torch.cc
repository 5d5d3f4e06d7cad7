#include "experiments/synchronization_gap/trajectories.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/check.h"
#include "diffusion/coupled_modes.h"
#include "networks/tensor_values.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// (B, d) each.
std::array<Tensor, kFollowed> followed(const Tensor& state) {
  const auto modes = diffusion::split_modes(state);
  const auto channels = state.size(1) / 2;
  return {modes.common.flatten(1), modes.difference.flatten(1),
          state.narrow(1, 0, channels).flatten(1), state.narrow(1, channels, channels).flatten(1)};
}

/// Cosine of each row with that of `b`; (B), zero where a row is zero.
Tensor cosines(const Tensor& a, const Tensor& b) {
  const auto norms = (a.norm(2, 1) * b.norm(2, 1)).clamp_min(1e-30);
  return ((a * b).sum(1) / norms).to(torch::kFloat64);
}

}  // namespace

DeterministicRun run_deterministic(const diffusion::NoiseSchedule& schedule,
                                   const diffusion::Denoiser& denoiser, const Tensor& start,
                                   const std::vector<std::int64_t>& state_steps,
                                   const std::vector<std::int64_t>& frame_steps) {
  const std::int64_t steps = schedule.steps(), batch = start.size(0);
  DeterministicRun run;
  run.states.resize(state_steps.size());
  run.frames.resize(frame_steps.size());
  std::vector<Tensor> predicted(static_cast<std::size_t>(steps));
  run.end = diffusion::run_ddim(schedule, denoiser, start, steps - 1,
                                [&](const diffusion::ReverseStep& step) {
                                  predicted[static_cast<std::size_t>(step.t)] = step.predicted;
                                  for (std::size_t i = 0; i < state_steps.size(); ++i)
                                    if (state_steps[i] == step.t) run.states[i] = step.state;
                                  for (std::size_t i = 0; i < frame_steps.size(); ++i)
                                    if (frame_steps[i] == step.t) run.frames[i] = step.predicted;
                                  return Tensor();
                                });
  const auto last = followed(predicted.front());
  run.cosines.resize(static_cast<std::size_t>(batch * steps) * kFollowed);
  for (std::int64_t t = 0; t < steps; ++t) {
    const auto now = followed(predicted[static_cast<std::size_t>(t)]);
    for (std::size_t m = 0; m < kFollowed; ++m) {
      const auto values = networks::values_of(cosines(now[m], last[m]));
      for (std::size_t b = 0; b < values.size(); ++b)
        run.cosines[(b * kFollowed + m) * static_cast<std::size_t>(steps) +
                    static_cast<std::size_t>(t)] = values[b];
    }
  }
  return run;
}

std::vector<Tensor> run_interventions(const diffusion::NoiseSchedule& schedule,
                                      const diffusion::Denoiser& denoiser,
                                      const std::vector<Intervention>& interventions,
                                      const std::vector<Tensor>& states, const Tensor& noise) {
  SYNCGAP_EXPECTS(interventions.size() == states.size());
  const torch::NoGradGuard no_grad;
  std::vector<std::size_t> order(interventions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return interventions[a].step > interventions[b].step;
  });
  std::vector<Tensor> ends(interventions.size());
  if (order.empty()) return ends;
  Tensor open;  // (branches begun * B, 2 C, H, W), in the order they began
  std::size_t begun = 0;
  for (std::int64_t t = interventions[order[0]].step; t >= 0; --t) {
    while (begun < order.size() && interventions[order[begun]].step == t) {
      const Intervention& intervention = interventions[order[begun]];
      auto modes = diffusion::split_modes(states[order[begun]]);
      modes.difference = modes.difference + noise * intervention.scale;
      const auto branch = diffusion::join_modes(modes);
      open = open.defined() ? torch::cat({open, branch}) : branch;
      ++begun;
    }
    open = diffusion::ddim_step(schedule, open, denoiser(open, t), t);
  }
  const std::int64_t batch = noise.size(0);
  for (std::size_t k = 0; k < order.size(); ++k)
    ends[order[k]] = open.narrow(0, static_cast<std::int64_t>(k) * batch, batch);
  return ends;
}

}  // namespace syncgap::experiments
