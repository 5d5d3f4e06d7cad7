#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <torch/types.h>
#include <vector>

#include "diffusion/conditions.torch.h"
#include "diffusion/sampling_path.h"
#include "experiments/shared/image_judge.h"
#include "parallel/team.h"

// Shapes: n images, F features of each.
namespace syncgap::experiments {

/// What a judge saw in images. Known on every rank.
struct SeenImages {
  std::vector<std::int64_t> labels;  ///< (n)
  std::vector<double> features;      ///< (n, F); empty where they were not asked for
  std::int64_t feature_count = 0;    ///< F
};

/// A judge: what it sees in states (B, C, H, W).
using ImageLook = std::function<ImageViews(const torch::Tensor& states)>;
enum class Features { keep, drop };

/// Images that a network is to generate, numbered from 0.
struct SampleSeries {
  std::string_view purpose;         ///< keys their noise, beside seeds
  std::vector<std::int64_t> told;   ///< class of each, or kNoClass for all; (n)
  std::vector<std::int64_t> kept;   ///< numbers of images that are kept, ascending
  std::vector<std::int64_t> shape;  ///< of a state, (C, H, W)
  std::int64_t group = 16;          ///< evaluated as one batch
  std::uint64_t sweep_seed = 0;
  std::int64_t seed = 0;
};

struct SeenSamples : SeenImages {
  torch::Tensor kept;  ///< black 0 and white 1: (kept, C, H, W) of images
};

/// Generates single images along a path, each with noise of its own, in groups that are dealt to
/// the ranks of the team, and looks at them. Collective.
SeenSamples draw_samples(const SampleSeries& series, const diffusion::SamplingPath& path,
                         const diffusion::Denoiser& denoiser, const ImageLook& look,
                         Features features, torch::Device device, const parallel::Team& team);

/// Looks at given states (n, C, H, W), in groups of fixed size that are dealt likewise. Collective.
SeenImages see_images(const torch::Tensor& states, const ImageLook& look,
                      const parallel::Team& team);

}  // namespace syncgap::experiments
