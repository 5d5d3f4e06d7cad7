#include "models/denoising_loss.h"

#include <utility>
#include <vector>

#include "core/numbers.h"
#include "diffusion/normals.h"

namespace syncgap::models {

using torch::Tensor;

DenoisingLoss::DenoisingLoss(const DenoiserTask& task, DenoiserNetwork& network,
                             torch::Device device, networks::Precision precision)
    : task_(task),
      network_(&network),
      pairs_stream_(task.sweep_seed, "pairs", {task.seed}),
      noise_stream_(task.sweep_seed, "training noise", {task.seed}),
      step_stream_(task.sweep_seed, "training steps", {task.seed}),
      dropout_stream_(task.sweep_seed, "label dropout", {task.seed}),
      device_(device),
      precision_(precision),
      bank_(task.states->bank().to(device)),
      signal_(diffusion::signal_amplitude(*task.schedule)),
      noise_(diffusion::noise_amplitude(*task.schedule)) {}

Tensor DenoisingLoss::told_labels(std::int64_t epoch, std::int64_t begin, std::int64_t end) const {
  if (task_.told_classes == 0) return {};
  auto labels = torch::empty({end - begin}, torch::kInt64);
  for (std::int64_t k = begin; k < end; ++k) {
    const std::uint32_t image = pairs_.first[k];
    const auto u = dropout_stream_.uniform<double>(static_cast<std::uint64_t>(epoch), 0, image);
    labels.data_ptr<std::int64_t>()[k - begin] =
        u < task_.label_dropout ? task_.told_classes : task_.states->labels()[image];
  }
  return labels;
}

NoisedBatch DenoisingLoss::batch(std::int64_t epoch, std::int64_t begin, std::int64_t end) {
  if (epoch != epoch_) {
    pairs_ = data::make_pairs(task_.pairing, task_.states->labels(), pairs_stream_,
                              static_cast<std::uint64_t>(epoch));
    epoch_ = epoch;
  }
  auto rows = task_.states->rows(pairs_, begin, end);
  auto steps = torch::empty({end - begin}, torch::kInt64);
  std::vector<std::int64_t> images;
  for (std::int64_t k = begin; k < end; ++k) {
    const std::uint32_t image = pairs_.first[k];
    images.push_back(image);
    const auto u = step_stream_.uniform<double>(static_cast<std::uint64_t>(epoch), 0, image);
    steps.data_ptr<std::int64_t>()[k - begin] =
        static_cast<std::int64_t>(u * to_real(task_.schedule->steps()));
  }
  const std::vector<std::int64_t> shape{end - begin, task_.states->replicas(), bank_.size(1),
                                        bank_.size(2), bank_.size(3)};
  const auto normals =
      diffusion::image_normals(noise_stream_, epoch, images.data(), shape, device_);
  auto labels = told_labels(epoch, begin, end);
  if (device_.is_cuda())
    for (Tensor* each : {&rows, &steps, &labels})
      if (each->defined())
        *each = each->pin_memory().to(device_, true);  // while the device computes
  const auto noise = task_.states->noise(normals, task_.coupling_strength);
  const auto clean = gather_states(bank_, rows);
  return {clean * signal_.of(steps, clean) + noise * noise_.of(steps, noise), noise, steps, labels};
}

Tensor DenoisingLoss::operator()(std::int64_t epoch, std::int64_t begin, std::int64_t end) {
  const NoisedBatch batch = this->batch(epoch, begin, end);
  const networks::PrecisionScope scope(device_.type(), precision_);
  return torch::mse_loss(network_->predict(batch.states, {batch.steps, {batch.labels, {}}}).noise,
                         batch.noise);
}

}  // namespace syncgap::models
