#pragma once

#include <cstdint>
#include <torch/types.h>
#include <vector>

#include "diffusion/conditions.torch.h"
#include "diffusion/noise_schedule.h"
#include "experiments/shared/replica_images.h"
#include "experiments/shared/replica_plan.h"
#include "parallel/team.h"

// Shapes: n images, B of them in a group, S steps, K classes.
namespace syncgap::experiments {

/// Images on which a denoising loss is measured, as many of each class.
struct LossImages {
  torch::Tensor pixels;               ///< black -1 and white 1, (n, C, H, W)
  torch::Tensor labels;               ///< places of their classes, (n) int64
  std::vector<std::int64_t> numbers;  ///< in the file they are of, which key their noise; (n)
};

/// Where they are from.
enum class LossPart { held_out, training };

/// `count` images of the classes, drawn at random, the same ones for every seed; of those that were
/// trained on, or of the other part of the data set. Throws InputError where there is no other
/// part, or a class has too few images.
LossImages loss_images(const ReplicaPlan& plan, const ReplicaSources& sources, LossPart part,
                       std::int64_t count, std::uint64_t sweep_seed);

/// How a denoising loss is measured.
struct LossProtocol {
  const diffusion::NoiseSchedule* schedule = nullptr;
  std::vector<std::int64_t> steps;  ///< ascending, (S)
  std::int64_t classes = 0;         ///< that the network may be told; K
  std::int64_t group = 16;          ///< images evaluated as one batch
  std::uint64_t sweep_seed = 0;
  std::int64_t seed = 0;
};

/// of_image::Quantity of each image at each step, (n, quantities, S). Noise of an image is a
/// Brownian path in gamma, from the noisiest step on, a function of (seed, image, steps): what x_t
/// knows of the class is what the path so far does, and so the network's posterior of it follows
/// from what it predicts told each class in turn. Groups of images are dealt to the ranks of the
/// team, and all of them know the whole. Collective.
std::vector<double> measure_loss(const LossProtocol& protocol, const LossImages& images,
                                 const diffusion::Denoiser& denoiser, torch::Device device,
                                 const parallel::Team& team);

}  // namespace syncgap::experiments
