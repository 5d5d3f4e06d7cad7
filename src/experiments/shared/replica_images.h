#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <torch/types.h>
#include <vector>

#include "core/identity.h"
#include "data/image_set.h"
#include "experiments/shared/replica_plan.h"
#include "models/image_states.h"
#include "models/labelled_images.h"
#include "models/trained_denoiser.h"

namespace syncgap::experiments {

/// The images a transformer is trained on, black -1 and white 1, labelled by their places in
/// experiment.classes; shared by all units.
class ReplicaImages {
 public:
  /// Throws InputError for images that do not fit.
  ReplicaImages(const ReplicaPlan& plan, const data::ImageSet& images);

  std::int64_t count() const { return std::ssize(images_.chosen); }
  const models::ImageStates& states() const { return *states_; }
  std::uint64_t checksum() const { return images_.checksum; }

 private:
  ChosenImages images_;
  std::unique_ptr<models::ImageStates> states_;
};

/// The images of `chosen` as states, black -1 and white 1. (n, C, H, W)
torch::Tensor replica_pixels(const data::ImageSet& images,
                             const std::vector<std::uint32_t>& chosen);

/// Everything experiments on replicas read: images, where there are any, and what names them.
struct ReplicaSources {
  std::optional<data::ImageSet> images, test_images;
  std::unique_ptr<const ReplicaImages> training;
  Facts facts;

  ReplicaSources(const ReplicaPlan& plan, std::optional<int> device);
};

/// What the transformer of a seed is trained on; refers to `plan` and `sources`.
models::DenoiserTask replica_task(const ReplicaPlan& plan, const ReplicaSources& sources,
                                  std::uint64_t sweep_seed, std::int64_t seed);

}  // namespace syncgap::experiments
