#include "experiments/network_decisions/loss_errors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/random.h"
#include "data/image_points.h"
#include "diffusion/normals.h"
#include "networks/tensor_values.h"
#include "parallel/dealt.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// Of the first `count` images of each class that were trained on, in the order of their file.
std::vector<std::uint32_t> trained_on(const ReplicaPlan& plan, const data::ImageSet& images) {
  const ReplicaOptions& options = plan.options();
  return choose_square_images(images, options.labels(), options.images, options.side,
                              plan.shape().image_channels)
      .chosen;
}

/// `count` of these images, as many of each class, ascending.
std::vector<std::uint32_t> some_of_each(const data::ImageSet& images,
                                        const std::vector<std::uint32_t>& all,
                                        const std::vector<std::int32_t>& classes,
                                        std::int64_t count, const RandomStream& stream) {
  const std::int64_t each = count / std::ssize(classes);
  std::vector<std::uint32_t> chosen;
  for (const std::int32_t label : classes) {
    std::vector<std::pair<double, std::uint32_t>> drawn;
    for (const std::uint32_t image : all)
      if (images.label(image) == label)
        drawn.push_back({stream.uniform<double>(0, image, 0), image});
    require_input(std::ssize(drawn) >= each,
                  "the denoising loss is measured on as many images of "
                  "each class (experiment.loss_images = ",
                  count, ", class ", label, " has ", drawn.size(), "): lower it to ",
                  std::ssize(classes) * std::ssize(drawn));
    std::sort(drawn.begin(), drawn.end());
    for (std::int64_t k = 0; k < each; ++k) chosen.push_back(drawn[unsigned_size(k)].second);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

/// Measures groups of images at a step.
class LossGroups {
 public:
  LossGroups(const LossProtocol& protocol, const LossImages& images,
             const diffusion::Denoiser& denoiser, torch::Device device)
      : protocol_(protocol),
        images_(images),
        denoiser_(denoiser),
        device_(device),
        noise_stream_(protocol.sweep_seed, "noise of loss images", {protocol.seed}) {}

  /// (2, B): with no class told, and with the own one.
  std::array<std::vector<double>, 2> errors(std::int64_t t, std::int64_t first,
                                            std::int64_t count) const {
    const auto clean = images_.pixels.narrow(0, first, count).unsqueeze(1).to(device_);
    const auto noise = diffusion::image_normals(noise_stream_, t, images_.numbers.data() + first,
                                                clean.sizes(), device_);  // (B, 1, C, H, W)
    const double signal = protocol_.schedule->alpha_bar(t);
    const auto noised = clean * std::sqrt(signal) + noise * std::sqrt(1 - signal);
    diffusion::Conditions told{
        torch::full({count}, t, torch::dtype(torch::kInt64).device(device_))};
    const auto measured = [&] {
      const auto missed = denoiser_(noised, told).noise - noise;
      // The difference of two errors is small beside them: their sums are in double.
      return networks::values_of(missed.to(torch::kFloat64).square().flatten(1).sum(1));
    };
    auto of_none = measured();
    told.rows.label = images_.labels.narrow(0, first, count).contiguous();
    return {std::move(of_none), measured()};
  }

 private:
  const LossProtocol& protocol_;
  const LossImages& images_;
  const diffusion::Denoiser& denoiser_;
  torch::Device device_;
  RandomStream noise_stream_;
};

}  // namespace

LossImages loss_images(const ReplicaPlan& plan, const ReplicaSources& sources, LossPart part,
                       std::int64_t count, std::uint64_t sweep_seed) {
  const bool held_out = part == LossPart::held_out;
  require_input(!held_out || sources.test_images.has_value(),
                "the data set has no other part that was not trained on (experiment.held_out = "
                "true): set it to false, and the loss is measured on the images of training");
  const data::ImageSet& set = held_out ? *sources.test_images : *sources.images;
  const auto classes = plan.options().labels();
  const auto all = held_out ? data::images_of_classes(set, classes) : trained_on(plan, set);
  const auto chosen =
      some_of_each(set, all, classes, count, RandomStream(sweep_seed, "loss images"));
  LossImages out;
  out.pixels = replica_pixels(set, chosen);
  out.labels = torch::empty({std::ssize(chosen)}, torch::kInt64);
  for (std::int64_t k = 0; k < std::ssize(chosen); ++k) {
    const std::uint32_t image = chosen[unsigned_size(k)];
    out.numbers.push_back(image);
    out.labels.data_ptr<std::int64_t>()[k] =
        std::find(classes.begin(), classes.end(), set.label(image)) - classes.begin();
  }
  return out;
}

std::vector<double> measure_loss(const LossProtocol& protocol, const LossImages& images,
                                 const diffusion::Denoiser& denoiser, torch::Device device,
                                 const parallel::Team& team) {
  const torch::NoGradGuard no_grad;
  const std::int64_t count = std::ssize(images.numbers), steps = std::ssize(protocol.steps);
  const std::int64_t groups = (count + protocol.group - 1) / protocol.group;
  const LossGroups measured(protocol, images, denoiser, device);
  std::vector<double> errors(unsigned_size(count * 2 * steps), 0.0);
  const parallel::Dealt dealt(steps * groups, 1, team.ranks());
  for (const auto& [item, one] : dealt.mine()) {
    const std::int64_t step = item / groups, first = item % groups * protocol.group;
    const std::int64_t together = std::min(protocol.group, count - first);
    if (first == 0) team.say(concat("measures the denoising loss, step ", step + 1, " of ", steps));
    const auto found = measured.errors(protocol.steps[unsigned_size(step)], first, together);
    for (std::int64_t told = 0; told < 2; ++told)
      for (std::int64_t k = 0; k < together; ++k)
        errors[unsigned_size(((first + k) * 2 + told) * steps + step)] =
            found[unsigned_size(told)][unsigned_size(k)];
  }
  dealt.gather(std::span<double>(errors));
  return errors;
}

}  // namespace syncgap::experiments
