#include "models/context_use.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "data/pairing.h"
#include "diffusion/normals.h"
#include "networks/context.h"
#include "networks/tensor_values.h"
#include "parallel/dealt.h"

// Shapes: n images and as many donors, b of them in a block, S steps.
namespace syncgap::models {
namespace {

using networks::Context;
using networks::values_of;
using torch::Tensor;

constexpr std::array kContexts{Context::own, Context::other, Context::uniform};
/// A block's tokens fit a processor's cache; a larger one gains nothing.
constexpr std::int64_t kImagesTogether = 32;

/// Images, and then their donors, in the order of an epoch; none twice.
struct Chosen {
  std::vector<std::int64_t> rows;    // (2 n), of the bank
  std::vector<std::int64_t> labels;  // (2 n)
};

Chosen choose(const DenoiserTask& task, std::int64_t samples) {
  const TrainingStates& states = *task.states;
  const RandomStream stream(task.sweep_seed, "images in context", {task.seed});
  const auto pairs = data::make_pairs(task.pairing, states.labels(), stream, 0);
  const Tensor rows = states.rows(pairs, 0, states.count());  // (count, 1)
  std::vector<std::uint8_t> seen(states.bank().size(0), 0);
  Chosen all;
  for (std::int64_t k = 0; k < states.count(); ++k) {
    const std::int64_t row = rows.data_ptr<std::int64_t>()[k];
    if (seen[row]++ > 0) continue;  // an epoch may have an image several times
    all.rows.push_back(row);
    all.labels.push_back(states.labels()[pairs.first[k]]);
  }
  require_input(
      std::ssize(all.rows) >= 4 && samples >= 2,
      "the use of context is measured on two images and their donors at least (there are ",
      all.rows.size(), " images, samples = ", samples, "): give more");
  const std::int64_t chosen = 2 * std::min(samples, std::ssize(all.rows) / 2);
  all.rows.resize(chosen);
  all.labels.resize(chosen);
  return all;
}

/// Measures blocks of images at a step.
class InContext {
 public:
  InContext(const DenoiserTask& task, const TrainedDenoiser& model, const Chosen& chosen,
            ToldClass told)
      : task_(task),
        chosen_(chosen),
        noise_stream_(task.sweep_seed, "noise in context", {task.seed}),
        device_(model.device),
        labelled_(task.told_classes > 0 && told == ToldClass::own) {
    for (const Context context : kContexts) denoisers_.push_back(model.denoiser(context));
  }

  std::int64_t images() const { return std::ssize(chosen_.rows) / 2; }

  /// Clean images beside their donors. (b, 2, C, H, W)
  Tensor clean(std::int64_t first, std::int64_t count) const {
    return gather_states(task_.states->bank(), rows(first, count)).to(device_);
  }

  /// Squared error a number in each context of images [first, first + count). (3, b)
  std::array<std::vector<double>, 3> errors(std::int64_t t, std::int64_t first,
                                            std::int64_t count) const {
    const Tensor images = clean(first, count), which = rows(first, count);
    const auto noise = diffusion::image_normals(noise_stream_, t, which.data_ptr<std::int64_t>(),
                                                images.flatten(0, 1).sizes(), device_)
                           .view_as(images);
    const double signal = task_.schedule->alpha_bar(t);
    const auto noised = images * std::sqrt(signal) + noise * std::sqrt(1 - signal);
    diffusion::Conditions told{
        torch::full({count}, t, torch::dtype(torch::kInt64).device(device_))};
    if (labelled_) {
      told.rows.label = torch::empty({count}, torch::kInt64);
      std::copy_n(chosen_.labels.begin() + first, count, told.rows.label.data_ptr<std::int64_t>());
    }
    std::array<std::vector<double>, 3> out;
    for (std::size_t c = 0; c < kContexts.size(); ++c) {
      // Images stand in the same rows of products with and without donors: the same bits.
      const auto replicas = kContexts[c] == Context::other ? 2 : 1;
      const auto predicted = denoisers_[c](noised.narrow(1, 0, replicas), told).noise;
      const auto missed = predicted.select(1, 0) - noise.select(1, 0);  // (b, C, H, W)
      out[c] = values_of(missed.square().flatten(1).mean(1));
    }
    return out;
  }

 private:
  Tensor rows(std::int64_t first, std::int64_t count) const {
    auto out = torch::empty({count, 2}, torch::kInt64);
    auto* to = out.data_ptr<std::int64_t>();
    for (std::int64_t k = first; k < first + count; ++k) {
      *to++ = chosen_.rows[k];
      *to++ = chosen_.rows[images() + k];
    }
    return out;
  }

  const DenoiserTask& task_;
  const Chosen& chosen_;
  RandomStream noise_stream_;
  torch::Device device_;
  bool labelled_;
  std::vector<diffusion::Denoiser> denoisers_;  // of kContexts
};

/// sqrt(factor mean(a) / mean(b)), by the delta method.
Estimate root_of_ratio(std::span<const double> a, std::span<const double> b, double factor) {
  Estimate found = observables::estimate_ratio(a, b);
  found.value = std::sqrt(factor * found.value);
  if (found.value > 0) found.standard_error *= factor / (2 * found.value);
  return found;
}

}  // namespace

ContextUse measure_context_use(const DenoiserTask& task, const TrainedDenoiser& model,
                               const std::vector<std::int64_t>& steps, std::int64_t samples,
                               const parallel::Team& team, ToldClass told) {
  SYNCGAP_EXPECTS(task.states->replicas() == 1);
  const torch::NoGradGuard no_grad;
  for (const std::int64_t t : steps)
    require_input(t >= 0 && t < task.schedule->steps(), "there is no such step (", t,
                  "): give steps from 0 to ", task.schedule->steps() - 1);
  require_input(model.network->has_context(),
                "the use of context is measured where there is one (this network has no attention "
                "whose context could be replaced): give a transformer");
  const Chosen chosen = choose(task, samples);
  const InContext images(task, model, chosen, told);
  const std::int64_t count = images.images(), all_steps = std::ssize(steps);
  const std::int64_t blocks = (count + kImagesTogether - 1) / kImagesTogether;
  const auto block_of = [&](std::int64_t item) {
    const std::int64_t first = item % blocks * kImagesTogether;
    return parallel::Dealt::Group{first, std::min(kImagesTogether, count - first)};
  };

  // Squared error at each step, in each context, of each image: (S, 3, n).
  const parallel::Dealt dealt(all_steps * blocks, 1, team.ranks());
  std::vector<double> errors(all_steps * 3 * count, 0.0);
  for (const auto& [item, one] : dealt.mine()) {
    const std::int64_t step = item / blocks;
    const auto [first, together] = block_of(item);
    const auto found = images.errors(steps[step], first, together);
    for (std::int64_t c = 0; c < 3; ++c)
      std::copy(found[c].begin(), found[c].end(), errors.begin() + (step * 3 + c) * count + first);
  }
  dealt.gather(std::span<double>(errors));

  std::vector<double> power(count);  // E |x0|^2 a number, of each image
  for (std::int64_t block = 0; block < blocks; ++block) {
    const auto [first, together] = block_of(block);
    const auto values =
        values_of(images.clean(first, together).select(1, 0).square().flatten(1).mean(1));
    std::copy(values.begin(), values.end(), power.begin() + first);
  }

  ContextUse use;
  const std::array measured{&use.own, &use.other, &use.uniform};
  const std::array rises{&use.rise_other, &use.rise_uniform};
  for (std::int64_t step = 0; step < all_steps; ++step) {
    const auto of = [&](std::int64_t c) {
      return std::span<const double>(errors).subspan((step * 3 + c) * count, count);
    };
    // x0_hat - x0 is the error of the noise times sqrt((1 - abar) / abar).
    const double signal = task.schedule->alpha_bar(steps[step]);
    for (std::int64_t c = 0; c < 3; ++c) {
      measured[c]->noise.push_back(observables::estimate_mean(of(c)));
      measured[c]->clean.push_back(root_of_ratio(of(c), power, (1 - signal) / signal));
    }
    for (std::int64_t c = 1; c < 3; ++c) {
      std::vector<double> more(count);
      for (std::int64_t k = 0; k < count; ++k) more[k] = of(c)[k] - of(0)[k];
      rises[c - 1]->push_back(observables::estimate_ratio(more, of(0)));
    }
  }
  return use;
}

}  // namespace syncgap::models
