#pragma once

#include <cstdint>
#include <functional>
#include <torch/torch.h>
#include <vector>

#include "diffusion/cloning.h"
#include "experiments/shared/regime_parts.h"
#include "parallel/communicator.h"

namespace syncgap::experiments {

/// Generation of single images with clones.
struct CloningPlan {
  const diffusion::NoiseSchedule* schedule = nullptr;
  std::vector<std::int64_t> scan_steps;  ///< at which clones leave, distinct
  std::int64_t trajectories = 0;
  std::int64_t group = 32;         ///< that advance together
  std::int64_t nearest_every = 1;  ///< steps between two looks for the nearest image
  std::int64_t neighbours = 4;     ///< training images kept of each, at least 2
  std::int64_t pictures = 0;       ///< of the first trajectories, that are kept
};

/// What came of M trajectories and their clones. d numbers an image, S scan steps.
struct ClonedSamples {
  std::vector<float> trunk_class;         ///< 0, 1, ...; (M)
  std::vector<float> trunk_image;         ///< nearest training image; (M)
  std::vector<float> clone_class;         ///< (S, M)
  std::vector<float> clone_image;         ///< (S, M)
  std::vector<float> last_change;         ///< time of the trunk's last change of image; (M)
  std::vector<float> neighbour;           ///< nearest training images; (M, neighbours)
  std::vector<float> neighbour_distance;  ///< (M, neighbours)
  std::vector<float> picture;             ///< generated images; (pictures, d)
};

/// Class of each generated image, (B, C, H, W) -> (B), int64.
using ClassOf = std::function<torch::Tensor(const torch::Tensor& generated)>;

/// DDPM from standard normal noise, each rank of the team its share of the groups: the same on any
/// number of ranks. `pixels` (n, C, H, W) are the images of the cloud. Collective.
ClonedSamples draw_cloned_samples(const CloningPlan& plan, const diffusion::Denoiser& denoiser,
                                  const ClassOf& class_of, const RegimeImages& images,
                                  const torch::Tensor& pixels, const RegimeSeed& seed,
                                  const parallel::Communicator& team);

}  // namespace syncgap::experiments
