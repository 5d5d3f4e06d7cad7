#include "experiments/shared/replica_images.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/checksum.h"
#include "data/image_points.h"
#include "models/model_source.h"

namespace syncgap::experiments {

torch::Tensor replica_pixels(const data::ImageSet& images,
                             const std::vector<std::uint32_t>& chosen) {
  const auto& shape = images.shape();
  const std::int64_t channels = shape.channels, height = shape.height, width = shape.width;
  auto out = torch::empty({std::ssize(chosen), channels, height, width});
  float* to = out.data_ptr<float>();
  for (const std::uint32_t image : chosen) {
    images.copy_image(image, std::span<float>(to, shape.size()));
    to += shape.size();
  }
  return out.mul_(2).sub_(1);
}

ReplicaImages::ReplicaImages(const ReplicaPlan& plan, const data::ImageSet& images) {
  const ReplicaOptions& options = plan.options();
  const auto classes = options.labels();
  images_ = choose_square_images(images, classes, options.images, options.side,
                                 plan.shape().image_channels);
  std::vector<std::int32_t> places;
  for (const std::uint32_t image : images_.chosen) {
    const auto found = std::find(classes.begin(), classes.end(), images.label(image));
    places.push_back(static_cast<std::int32_t>(found - classes.begin()));
  }
  states_ = std::make_unique<models::ImageStates>(replica_pixels(images, images_.chosen), places,
                                                  options.transformer.training.batch);
}

ReplicaSources::ReplicaSources(const ReplicaPlan& plan, std::optional<int> device) {
  const ReplicaOptions& options = plan.options();
  if (plan.has_images()) {
    images = read_images(options.source);
    test_images = read_other_part(options.source);
    training = std::make_unique<const ReplicaImages>(plan, *images);
    facts = data_facts(*images, test_images);
  }
  for (const Fact& fact : models::model_facts(options.transformer, device)) facts.push_back(fact);
}

models::DenoiserTask replica_task(const ReplicaPlan& plan, const ReplicaSources& sources,
                                  std::uint64_t sweep_seed, std::int64_t seed) {
  const ReplicaOptions& options = plan.options();
  models::DenoiserTask task;
  task.schedule = &plan.schedule();
  task.sweep_seed = sweep_seed;
  task.seed = seed;
  task.told_classes = options.told_classes();
  task.facts = {{"images", "single, black -1 and white 1"},
                {"steps", concat(options.horizon)},
                {"beta", concat(options.beta_first, " to ", options.beta_last)},
                {"threads", concat(options.threads)}};
  if (!sources.training) return task;
  task.states = &sources.training->states();
  task.facts.push_back({"data", checksum_text(sources.training->checksum())});
  task.facts.push_back({"count", concat(sources.training->count())});
  task.facts.push_back({"repeats", concat(sources.training->states().repeats())});
  return task;
}

}  // namespace syncgap::experiments
