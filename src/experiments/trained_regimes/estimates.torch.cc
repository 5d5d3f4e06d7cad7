#include "experiments/trained_regimes/estimates.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "core/numbers.h"
#include "experiments/shared/exact_regimes.h"
#include "observables/clone_agreement.h"
#include "observables/crossing.h"
#include "observables/resampled_means.h"

// Shapes: n images of C channels, S branch steps, M trajectories.
namespace syncgap::experiments {
namespace {

/// Images whose distance to the nearest other one is averaged.
constexpr std::int64_t kSpacingImages = 500;
/// A sample belongs to a training image if every other one is this many times as far.
constexpr float kCollapsedRatio = 3;

/// Mean distance to the nearest other image, over the first images. pixels (n, C, H, W)
double training_spacing(const torch::Tensor& pixels) {
  const auto flat = pixels.flatten(1);
  const auto some = flat.narrow(0, 0, std::min(kSpacingImages, flat.size(0)));
  const auto two = torch::cdist(some, flat, 2, 2).topk(2, 1, false, true);  // itself, then another
  return std::get<0>(two).select(1, 1).mean().item<double>();
}

}  // namespace

void TrainedRegimesEstimates::store_models(const models::TrainedDenoiser& denoiser,
                                           const models::TrainedClassifier& classifier,
                                           const models::ImageStates& states,
                                           models::TestImages tested_on) const {
  const auto& loss = denoiser.curves.loss;
  const std::int64_t epochs = std::ssize(loss);
  auto cells = results_.cells("training_loss");
  for (std::int64_t k = 0; k < plan_.progress(); ++k) {
    if (loss.empty()) {  // the weights were given
      cells.none(k);
      continue;
    }
    const auto first = k * epochs / plan_.progress();
    const auto last = std::max(first + 1, (k + 1) * epochs / plan_.progress());
    cells.set(
        std::accumulate(loss.begin() + first, loss.begin() + last, 0.0) / to_real(last - first), k);
  }
  results_.cells("parameters").set(to_real(denoiser.parameters));
  results_.cells("epochs_trained").set(to_real(epochs * states.repeats()));
  results_.cells("classifier_accuracy").set(classifier.accuracy);
  results_.cells("classifier_test_count").set(to_real(classifier.accuracy.count));
  results_.cells("classifier_held_out").set(tested_on == models::TestImages::held_out ? 1 : 0);
}

void TrainedRegimesEstimates::store_clones(const ClonedSamples& seen) const {
  const SamplePlan samples = plan_.sample_plan();
  const std::int64_t total = samples.trajectories, steps = std::ssize(samples.branch_steps);
  // Agreements of class, then of image, by trajectory: (M, 2, S).
  std::vector<double> agreements(total * 2 * steps);
  std::vector<std::int64_t> clones(steps);
  const auto agree = [&](const std::vector<std::int64_t>& trunk,
                         const std::vector<std::int64_t>& clone, std::int64_t m, std::int64_t at) {
    for (std::int64_t s = 0; s < steps; ++s) clones[s] = clone[s * total + m];
    const auto shares = observables::shared_past_agreement(trunk[m], clones);
    std::copy(shares.begin(), shares.end(), agreements.begin() + m * 2 * steps + at);
  };
  for (std::int64_t m = 0; m < total; ++m) {
    agree(seen.trunk_class, seen.clone_class, m, 0);
    agree(seen.trunk_image, seen.clone_image, m, steps);
  }
  const observables::ResampledMeans means(agreements, 2 * steps, seed_.stream("resampled clones"),
                                          plan_.options().exact.resamples);
  std::vector<double> step_times;
  for (const std::int64_t step : samples.branch_steps)
    step_times.push_back(plan_.schedule().ou_time(step));
  const auto set_crossing = [&](const char* name, std::int64_t first, double level) {
    results_.cells(name).set_or_none(
        means.statistic(first, steps, [&](std::span<const double> curve) {
          return observables::last_crossing({step_times, curve}, level);
        }));
  };
  set_crossing("clone_speciation_time", 0, plan_.options().exact.speciation_level);
  set_crossing("clone_collapse_time", steps, 0.5);

  const auto exact = exact_agreements(images_, plan_.options().exact, plan_.clone_times(), seed_);
  for (std::int64_t b = 0; b < std::ssize(plan_.clone_times()); ++b) {
    const std::int64_t s = plan_.branch(b);
    results_.cells("clone_time").set(plan_.clone_times()[b], b);
    const auto set_agreement = [&](const std::string& name, std::int64_t quantity) {
      std::vector<double> shares(total);
      for (std::int64_t m = 0; m < total; ++m) shares[m] = agreements[m * 2 * steps + quantity];
      const auto share = observables::estimate_share(shares, to_real(s + 1));
      results_.cells(name).set(share, b);
      results_.cells(name + "_count").set(share.count, b);
    };
    set_agreement("clone_agreement", s);
    set_agreement("clone_collapse", steps + s);
    results_.cells("clone_agreement_exact").set(exact[b].of_class, exact[b].class_interval, b);
    results_.cells("clone_collapse_exact").set(exact[b].of_image, exact[b].image_interval, b);
  }
}

void TrainedRegimesEstimates::store_samples(const ClonedSamples& seen,
                                            const torch::Tensor& pixels) const {
  const std::int64_t total = plan_.trajectories(), kept = plan_.sample_plan().neighbours;
  std::vector<double> last_changes;
  std::int64_t second = 0, collapsed = 0;
  for (std::int64_t m = 0; m < total; ++m) {
    second += seen.trunk_class[m];
    results_.cells("final_class").set(images_.classes[seen.trunk_class[m]], m);
    results_.cells("final_image").set(images_.chosen[seen.trunk_image[m]], m);
    last_changes.push_back(seen.last_change[m]);
    const float* distance = seen.neighbour_distance.data() + m * kept;
    results_.cells("nearest_distance").set(distance[0], m);
    results_.cells("second_distance").set(distance[1], m);
    collapsed += distance[1] > kCollapsedRatio * distance[0];
  }
  results_.cells("second_class_share").set(observables::wilson_share(second, total));
  results_.cells("collapsed_share").set(observables::wilson_share(collapsed, total));
  const double p = to_real(second) / to_real(total);
  results_.cells("independent_agreement").set(p * p + (1 - p) * (1 - p));
  results_.cells("training_spacing").set(training_spacing(pixels));
  store_last_changes("trajectory_last_change", last_changes, seed_.stream("resampled trajectories"),
                     plan_.options().exact.resamples, results_);
  store_neighbours(seen, pixels);
}

void TrainedRegimesEstimates::store_neighbours(const ClonedSamples& seen,
                                               const torch::Tensor& pixels) const {
  const std::int64_t d = images_.cloud.dimension(), kept = plan_.sample_plan().neighbours;
  const std::span<const float> samples(seen.pixels);
  const std::span<const float> training(pixels.data_ptr<float>(), pixels.numel());
  for (std::int64_t s = 0; s < std::ssize(plan_.strips()); ++s) {
    const std::int64_t m = plan_.strips()[s];
    store_pixels(results_.cells("sample_pixels"), images_, samples.subspan(m * d, d), 1.0, s);
    for (std::int64_t k = 0; k < plan_.neighbours(); ++k) {
      const std::int64_t image = seen.neighbour[m * kept + k];
      store_pixels(results_.cells("neighbour_pixels"), images_, training.subspan(image * d, d), 1.0,
                   s, k);
      results_.cells("neighbour_distance").set(seen.neighbour_distance[m * kept + k], s, k);
    }
  }
}

}  // namespace syncgap::experiments
