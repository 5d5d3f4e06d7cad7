#include "models/denoising_curve.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "data/pairing.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/normals.h"
#include "networks/tensor_values.h"
#include "parallel/dealt.h"

namespace syncgap::models {

using networks::values_of;
using torch::Tensor;

DenoisingCurve measure_denoising(const DenoiserTask& task, const diffusion::Denoiser& denoiser,
                                 std::int64_t samples, const parallel::Team& team,
                                 torch::Device device) {
  SYNCGAP_EXPECTS(task.states->replicas() == 2);
  const torch::NoGradGuard no_grad;
  const diffusion::NoiseSchedule& schedule = *task.schedule;
  const RandomStream pairs_stream(task.sweep_seed, "evaluation pairs", {task.seed});
  const RandomStream noise_stream(task.sweep_seed, "evaluation noise", {task.seed});
  const auto pairs = data::make_pairs(task.pairing, task.states->labels(), pairs_stream, 0);
  const auto clean =
      task.states->states(pairs, 0, std::min(samples, task.states->count())).to(device);
  const std::int64_t count = clean.size(0), numbers = clean.numel() / count;
  const double g = task.coupling_strength;

  // Mean squared error of each mode's noise at each step and sample, (T, 2, samples).
  const parallel::Dealt dealt(schedule.steps(), 1, team.ranks());
  std::vector<double> errors(schedule.steps() * 2 * count, 0.0);
  for (const auto& [t, one] : dealt.mine()) {
    const auto noise = diffusion::couple_noise(
        diffusion::trajectory_normals(noise_stream, 0, clean.sizes(), t, device), g);
    const double signal = schedule.alpha_bar(t);
    const auto noised = clean * std::sqrt(signal) + noise * std::sqrt(1 - signal);
    const auto steps = torch::full({count}, t, torch::dtype(torch::kInt64).device(device));
    const auto missed = diffusion::split_modes(denoiser(noised, {steps}).noise - noise);
    const auto common = values_of(missed.common.square().flatten(1).mean(1) / (1 - g));
    const auto difference = values_of(missed.difference.square().flatten(1).mean(1) / (1 + g));
    std::copy(common.begin(), common.end(), errors.begin() + 2 * t * count);
    std::copy(difference.begin(), difference.end(), errors.begin() + (2 * t + 1) * count);
  }
  dealt.gather(std::span<double>(errors));

  DenoisingCurve curve;
  for (std::int64_t t = 0; t < schedule.steps(); ++t) {
    const auto all = std::span<const double>(errors).subspan(2 * t * count, 2 * count);
    const auto common = all.first(count), difference = all.last(count);
    curve.common.push_back(observables::estimate_mean(common));
    curve.difference.push_back(observables::estimate_mean(difference));
    // nu^2 / (2 sigma^2) times the squared error of the whitened noise; a step of the forward
    // process takes the time -log(1 - beta) of its continuous limit with nu^2 = 1.
    const double rate = -std::log1p(-schedule.beta(t)) / (2 * (1 - schedule.alpha_bar(t)));
    std::vector<double> rates(count);
    for (std::int64_t k = 0; k < count; ++k)
      rates[k] = rate * to_real(numbers) / 2 * (common[k] + difference[k]);
    curve.entropy_rate.push_back(observables::estimate_mean(rates));
  }
  return curve;
}

}  // namespace syncgap::models
