#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <torch/types.h>
#include <utility>
#include <vector>

#include "diffusion/clean_prediction.h"
#include "diffusion/conditions.torch.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/noise_schedule.h"

/// The obvious loops of reverse diffusion, one for each purpose: the oracles of run_branches, which
/// must give the same bits.
namespace syncgap::diffusion::reference {

/// Predicted noise in states at step t, the same for the whole batch.
using StepDenoiser = std::function<torch::Tensor(const torch::Tensor& z, std::int64_t t)>;
using StepNoise = std::function<torch::Tensor(std::int64_t t)>;

/// As run_branches wants it; all rows of a batch are at one step.
inline Denoiser as_denoiser(StepDenoiser denoiser) {
  return [denoiser = std::move(denoiser)](const torch::Tensor& z, const Conditions& conditions) {
    return Prediction{denoiser(z, conditions.step[0].item<std::int64_t>())};
  };
}

/// One deterministic step (DDIM, eta = 0) from t to t - 1.
inline torch::Tensor ddim_step(const NoiseSchedule& schedule, const torch::Tensor& state,
                               const torch::Tensor& noise, std::int64_t t) {
  const double here = schedule.alpha_bar(t), next = schedule.alpha_bar(t - 1);
  const double ratio = std::sqrt(next / here);
  return state * ratio + noise * (std::sqrt(1 - next) - ratio * std::sqrt(1 - here));
}

/// Mean of z_{t-1}. regimes (61)
inline torch::Tensor ddpm_mean(const NoiseSchedule& schedule, const torch::Tensor& state,
                               const torch::Tensor& noise, std::int64_t t) {
  const double beta = schedule.beta(t);
  const double ratio = 1 / std::sqrt(1 - beta);
  return state * ratio - noise * (ratio * beta / std::sqrt(1 - schedule.alpha_bar(t)));
}

inline double ddpm_deviation(const NoiseSchedule& schedule, std::int64_t t) {
  return t == 0 ? 0.0 : std::sqrt(schedule.beta(t));
}

/// Deterministic trajectory from z_{from} to z_0; `observe` sees each state before its step.
inline torch::Tensor run_ddim(const NoiseSchedule& schedule, const StepDenoiser& denoiser,
                              torch::Tensor state, std::int64_t from,
                              const std::function<void(std::int64_t t, const torch::Tensor& state,
                                                       const torch::Tensor& noise)>& observe = {}) {
  for (std::int64_t t = from; t >= 0; --t) {
    const auto noise = denoiser(state, t);
    if (observe) observe(t, state, noise);
    state = ddim_step(schedule, state, noise, t);
  }
  return state;
}

/// Stochastic trajectory from z_{from} down to z_{to} (to = -1: the clean state).
inline torch::Tensor run_ddpm(const NoiseSchedule& schedule, const StepDenoiser& denoiser,
                              torch::Tensor state, std::int64_t from, std::int64_t to,
                              const StepNoise& noise) {
  for (std::int64_t t = from; t > to; --t) {
    state = ddpm_mean(schedule, state, denoiser(state, t), t);
    if (const double deviation = ddpm_deviation(schedule, t); deviation > 0)
      state = state + noise(t) * deviation;
  }
  return state;
}

/// Ends of clones that left the trunk at `steps`, the trunk first. All paths under way advance as
/// one batch. `noise` is of (branch step, or -1 for the trunk; t).
inline std::vector<torch::Tensor> run_cloning(
    const NoiseSchedule& schedule, const StepDenoiser& denoiser,
    const std::vector<std::int64_t>& steps, const torch::Tensor& start,
    const std::function<torch::Tensor(std::int64_t branch, std::int64_t t)>& noise) {
  const std::int64_t group = start.size(0);
  std::vector<std::int64_t> paths{-1};
  torch::Tensor states = start;
  for (std::int64_t t = schedule.steps() - 1; t >= 0; --t) {
    states = ddpm_mean(schedule, states, denoiser(states, t), t);
    if (std::find(steps.begin(), steps.end(), t) != steps.end()) {
      paths.push_back(t);
      states = torch::cat({states, states.narrow(0, 0, group)});
    }
    if (const double deviation = ddpm_deviation(schedule, t); deviation > 0)
      for (std::int64_t p = 0; p < std::ssize(paths); ++p)
        states.narrow(0, p * group, group).add_(noise(paths[p], t) * deviation);
  }
  std::vector<torch::Tensor> ends{states.narrow(0, 0, group)};
  for (const std::int64_t step : steps) {
    const auto place = std::find(paths.begin(), paths.end(), step) - paths.begin();
    ends.push_back(states.narrow(0, place * group, group));
  }
  return ends;
}

struct Intervention {
  std::int64_t step;
  double scale;
};

/// Ends of deterministic trajectories whose difference mode was perturbed on the way: the trunk by
/// itself, then all interventions as one growing batch.
inline std::vector<torch::Tensor> run_interventions(const NoiseSchedule& schedule,
                                                    const StepDenoiser& denoiser,
                                                    const std::vector<Intervention>& interventions,
                                                    const torch::Tensor& start,
                                                    const torch::Tensor& kick) {
  std::vector<torch::Tensor> on_trunk(schedule.steps());
  run_ddim(schedule, denoiser, start, schedule.steps() - 1,
           [&](std::int64_t t, const torch::Tensor& state, const torch::Tensor&) {
             on_trunk[t] = state;
           });
  std::vector<std::size_t> order(interventions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return interventions[a].step > interventions[b].step;
  });
  std::vector<torch::Tensor> ends(interventions.size());
  if (order.empty()) return ends;
  torch::Tensor open;
  std::size_t begun = 0;
  for (std::int64_t t = interventions[order[0]].step; t >= 0; --t) {
    for (; begun < order.size() && interventions[order[begun]].step == t; ++begun) {
      auto modes = split_modes(on_trunk[t]);
      modes.difference = modes.difference + kick * interventions[order[begun]].scale;
      const auto branch = join_modes(modes);
      open = open.defined() ? torch::cat({open, branch}) : branch;
    }
    open = ddim_step(schedule, open, denoiser(open, t), t);
  }
  const std::int64_t batch = start.size(0);
  for (std::size_t k = 0; k < order.size(); ++k)
    ends[order[k]] = open.narrow(0, std::int64_t(k) * batch, batch);
  return ends;
}

}  // namespace syncgap::diffusion::reference
