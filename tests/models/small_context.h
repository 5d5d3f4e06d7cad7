#pragma once

#include <cmath>
#include <memory>
#include <torch/types.h>

#include "models/denoiser_network.h"
#include "models/denoising_loss.h"
#include "models/image_states.h"
#include "models/trained_denoiser.h"

namespace syncgap::models {

/// A few made-up images of two classes and a transformer that nobody has trained.
struct SmallContext {
  static constexpr std::int64_t kSide = 8, kClasses = 2;

  ImageStates states;
  diffusion::NoiseSchedule schedule = diffusion::NoiseSchedule::linear(20, 1e-3, 0.3);
  DenoiserTask task;

  explicit SmallContext(std::int64_t images)
      : states(torch::sin(torch::arange(images * kSide * kSide).view({images, 1, kSide, kSide}) *
                          0.37),
               labels(images), 1) {
    task.states = &states;
    task.schedule = &schedule;
    task.sweep_seed = 3;
    task.told_classes = kClasses;
  }

  static std::vector<std::int32_t> labels(std::int64_t images) {
    std::vector<std::int32_t> out;
    for (std::int64_t k = 0; k < images; ++k) out.push_back(static_cast<std::int32_t>(k % 2));
    return out;
  }

  /// Weights that are a wave, so that gates are open.
  static TrainedDenoiser model() {
    TrainedDenoiser out;
    out.network = make_dit({.image_channels = 1,
                            .side = kSide,
                            .patch = 2,
                            .width = 16,
                            .depth = 2,
                            .heads = 2,
                            .classes = kClasses});
    const torch::NoGradGuard no_grad;
    double phase = 0;
    for (auto& parameter : out.network->module().parameters())
      parameter.copy_(
          torch::cos(torch::arange(parameter.numel()) * 0.7 + ++phase).view_as(parameter) * 0.3);
    return out;
  }
};

}  // namespace syncgap::models
