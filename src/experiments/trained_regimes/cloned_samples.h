#pragma once

#include <cstdint>
#include <functional>
#include <torch/types.h>
#include <vector>

#include "diffusion/conditions.torch.h"
#include "experiments/shared/regime_images.h"
#include "experiments/trained_regimes/plan.h"
#include "parallel/communicator.h"

namespace syncgap::experiments {

/// What came of M trajectories and their clones. d numbers an image, S branch steps.
struct ClonedSamples {
  std::vector<std::int64_t> trunk_class;  ///< 0, 1, ...; (M)
  std::vector<std::int64_t> trunk_image;  ///< nearest training image; (M)
  std::vector<std::int64_t> clone_class;  ///< (S, M)
  std::vector<std::int64_t> clone_image;  ///< (S, M)
  std::vector<std::int64_t> neighbour;    ///< nearest training images; (M, neighbours)
  std::vector<float> neighbour_distance;  ///< (M, neighbours)
  std::vector<float> last_change;         ///< time of the trunk's last change of image, or NaN; (M)
  std::vector<float> pixels;              ///< generated images; (kept, d)
};

/// Class of each generated image, (B, C, H, W) -> (B), int64.
using ClassOf = std::function<torch::Tensor(const torch::Tensor& generated)>;

/// DDPM from standard normal noise, each rank of the team its share of the groups: the same on any
/// number of ranks. `pixels` (n, C, H, W) are the images of the cloud; networks compute on
/// `device`. Collective.
ClonedSamples draw_cloned_samples(const SamplePlan& plan, const diffusion::Denoiser& denoiser,
                                  const ClassOf& class_of, const RegimeImages& images,
                                  const torch::Tensor& pixels, const RegimeSeed& seed,
                                  const parallel::Communicator& team, torch::Device device);

}  // namespace syncgap::experiments
