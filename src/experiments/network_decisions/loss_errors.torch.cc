#include "experiments/network_decisions/loss_errors.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/random.h"
#include "data/image_points.h"
#include "diffusion/normals.h"
#include "experiments/network_decisions/loss_clock.h"
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

/// Posterior of the class given the path so far, and what it makes of the predictions.
struct ClassPosterior {
  Tensor entropy;  ///< -sum_k p_k log p_k, (B)
  Tensor between;  ///< sum_k p_k |eps_k - mean|^2, (B)
  Tensor own;      ///< p of the image's class, (B)
};

/// log_weights (B, K), predicted (B, K, numbers), labels (B); double.
ClassPosterior posterior_of(const Tensor& log_weights, const Tensor& predicted,
                            const Tensor& labels) {
  const auto log_p = torch::log_softmax(log_weights, 1), p = log_p.exp();
  const auto mean = (p.unsqueeze(2) * predicted).sum(1, true);
  // p log p is 0 where p is.
  return {-torch::where(p > 0, p * log_p, torch::zeros_like(p)).sum(1),
          (p * (predicted - mean).square().sum(2)).sum(1),
          p.gather(1, labels.unsqueeze(1)).squeeze(1)};
}

/// Takes groups of images along their paths, from the noisiest step to the one of least noise.
class LossGroups {
 public:
  LossGroups(const LossProtocol& protocol, const LossImages& images,
             const diffusion::Denoiser& denoiser, torch::Device device)
      : protocol_(protocol),
        images_(images),
        denoiser_(denoiser),
        device_(device),
        path_stream_(protocol.sweep_seed, "path of loss images", {protocol.seed}) {}

  /// (quantities, S, B)
  std::vector<std::vector<double>> measure(std::int64_t first, std::int64_t count) const {
    const auto clean = images_.pixels.narrow(0, first, count).unsqueeze(1).to(device_);
    const auto labels = images_.labels.narrow(0, first, count).contiguous();
    const std::int64_t steps = std::ssize(protocol_.steps);
    std::vector<std::vector<double>> out(of_image::quantity_count * unsigned_size(steps));
    auto log_weights =
        torch::zeros({count, protocol_.classes}, torch::dtype(torch::kFloat64).device(device_));
    Tensor noise;       // of the step, (B, 1, C, H, W)
    double before = 0;  // gamma of the step before
    Tensor predicted;   // clean images at the step before, (B, K, numbers)
    for (std::int64_t s = steps; s-- > 0;) {
      const std::int64_t t = protocol_.steps[unsigned_size(s)];
      const double signal = protocol_.schedule->alpha_bar(t), gamma = signal / (1 - signal);
      const auto fresh = diffusion::image_normals(path_stream_, t, images_.numbers.data() + first,
                                                  clean.sizes(), device_);
      if (!noise.defined()) {
        noise = fresh;
      } else {
        const double step = gamma - before;
        noise = (noise * std::sqrt(before) + fresh * std::sqrt(step)) / std::sqrt(gamma);
        // What the path has shown in between, of variance 1 / step around the clean image.
        const auto seen = (clean + fresh / std::sqrt(step)).flatten(1).unsqueeze(1);
        log_weights = log_weights - 0.5 * step * (seen - predicted).square().sum(2);
      }
      const auto noised = clean * std::sqrt(signal) + noise * std::sqrt(1 - signal);
      const auto put = [&](of_image::Quantity quantity, const Tensor& values) {
        out[quantity * unsigned_size(steps) + unsigned_size(s)] = networks::values_of(values);
      };
      const auto of_each = told_each(noised, t);  // (B, K, numbers)
      const auto posterior = posterior_of(log_weights, of_each, labels.to(device_));
      put(of_image::class_entropy, posterior.entropy);
      put(of_image::class_entropy_square, posterior.entropy.square());
      put(of_image::between_classes, posterior.between);
      put(of_image::own_class, posterior.own);
      const auto target = noise.to(torch::kFloat64).flatten(1);
      put(of_image::error_told_none, (told(noised, t, {}) - target).square().sum(1));
      const auto row = labels.view({-1, 1, 1}).expand({-1, 1, target.size(1)}).to(device_);
      put(of_image::error_told_own, (of_each.gather(1, row).squeeze(1) - target).square().sum(1));
      predicted =
          (noised.to(torch::kFloat64).flatten(1).unsqueeze(1) - std::sqrt(1 - signal) * of_each) /
          std::sqrt(signal);
      before = gamma;
    }
    return out;
  }

 private:
  /// The noise predicted where rows are told these labels, or none; in double, as the differences
  /// that are taken are small beside it. (B, numbers)
  Tensor told(const Tensor& noised, std::int64_t t, const Tensor& labels) const {
    const auto steps =
        torch::full({noised.size(0)}, t, torch::dtype(torch::kInt64).device(device_));
    return denoiser_(noised, {steps, {labels, {}}}).noise.to(torch::kFloat64).flatten(1);
  }
  Tensor told_each(const Tensor& noised, std::int64_t t) const {
    std::vector<Tensor> all;
    for (std::int64_t k = 0; k < protocol_.classes; ++k)
      all.push_back(told(noised, t, torch::full({noised.size(0)}, k, torch::kInt64)));
    return torch::stack(all, 1);
  }

  const LossProtocol& protocol_;
  const LossImages& images_;
  const diffusion::Denoiser& denoiser_;
  torch::Device device_;
  RandomStream path_stream_;
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
  constexpr auto kQuantities = std::int64_t{of_image::quantity_count};
  const LossGroups measured(protocol, images, denoiser, device);
  std::vector<double> found(unsigned_size(count * kQuantities * steps), 0.0);
  const parallel::Dealt dealt(count, protocol.group, team.ranks());
  for (const auto& [first, together] : dealt.mine()) {
    team.say(concat("measures the denoising loss, image ", first, " of ", count));
    const auto of_group = measured.measure(first, together);  // (quantities, S, B)
    for (std::int64_t k = 0; k < together; ++k)
      for (std::int64_t q = 0; q < kQuantities * steps; ++q)
        found[unsigned_size((first + k) * kQuantities * steps + q)] =
            of_group[unsigned_size(q)][unsigned_size(k)];
  }
  dealt.gather(std::span<double>(found));
  return found;
}

}  // namespace syncgap::experiments
