#include "models/denoising_curve.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/random.h"
#include "data/pairing.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/normals.h"
#include "networks/tensor_values.h"

namespace syncgap::models {

using networks::values_of;
using torch::Tensor;

DenoisingCurve measure_denoising(const DenoiserTask& task, const diffusion::Denoiser& denoiser,
                                 std::int64_t samples) {
  const torch::NoGradGuard no_grad;
  const diffusion::NoiseSchedule& schedule = *task.schedule;
  const RandomStream pairs_stream(task.sweep_seed, "evaluation pairs", {task.seed});
  const RandomStream noise_stream(task.sweep_seed, "evaluation noise", {task.seed});
  const auto pairs = data::make_pairs(task.pairing, task.states->labels(), pairs_stream, 0);
  const auto clean = task.states->states(pairs, 0, std::min(samples, task.states->count()));
  const auto size = static_cast<std::size_t>(clean.numel() / clean.size(0));
  const double g = task.coupling_strength;

  DenoisingCurve curve;
  for (std::int64_t t = 0; t < schedule.steps(); ++t) {
    const auto noise = diffusion::couple_noise(
        diffusion::trajectory_normals(noise_stream, 0, clean.sizes(), t), g);
    const double signal = schedule.alpha_bar(t);
    const auto noised = clean * std::sqrt(signal) + noise * std::sqrt(1 - signal);
    const auto missed = diffusion::split_modes(denoiser(noised, t) - noise);
    const auto common = values_of(missed.common.square().flatten(1).mean(1) / (1 - g));
    const auto difference = values_of(missed.difference.square().flatten(1).mean(1) / (1 + g));
    curve.common.push_back(observables::estimate_mean(common));
    curve.difference.push_back(observables::estimate_mean(difference));
    // nu^2 / (2 sigma^2) times the squared error of the whitened noise; a step of the forward
    // process takes the time -log(1 - beta) of its continuous limit with nu^2 = 1.
    const double rate = -std::log1p(-schedule.beta(t)) / (2 * (1 - signal));
    std::vector<double> rates(common.size());
    for (std::size_t k = 0; k < rates.size(); ++k)
      rates[k] = rate * static_cast<double>(size) / 2 * (common[k] + difference[k]);
    curve.entropy_rate.push_back(observables::estimate_mean(rates));
  }
  return curve;
}

}  // namespace syncgap::models
