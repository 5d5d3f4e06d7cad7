#include <optional>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/checksum.h"
#include "core/numbers.h"
#include "diffusion/clean_prediction.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/exact_regimes.h"
#include "experiments/trained.h"
#include "experiments/trained_regimes/cloned_samples.h"
#include "experiments/trained_regimes/estimates.h"
#include "experiments/trained_regimes/plan.h"
#include "models/image_states.h"
#include "models/model_source.h"
#include "models/trained_classifier.h"
#include "models/trained_denoiser.h"
#include "networks/threads.h"

// Shapes: n images of C channels.
namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// Points as images, (n, C, H, W).
Tensor images_of(const data::ImagePoints<float>& points) {
  const auto& shape = points.shape;
  const std::int64_t channels = shape.channels, height = shape.height, width = shape.width;
  return torch::tensor(points.values).view({-1, channels, height, width});
}

/// Images (n, C, H, W) as they are, padded like the points.
Tensor plain_images(const data::ImageSet& images, const std::vector<std::uint32_t>& chosen,
                    data::PointFormat format) {
  const auto points = data::make_points<float>(images, chosen, format);
  return images_of(points).add_(
      torch::tensor(points.channel_mean).to(torch::kFloat32).view({1, -1, 1, 1}));
}

class TrainedRegimes : public Prepared {
 public:
  TrainedRegimes(const TrainedRegimesOptions& options, const Grid& grid, std::optional<int> device)
      : plan_(options, grid),
        images_(read_images(options.exact.source)),
        test_images_(read_other_part(options.exact.source)),
        facts_(data_facts(images_, test_images_)) {
    check_images(grid, images_, options.exact);
    facts_.push_back(cloud_fact(options.exact));
    for (const Fact& fact : models::model_facts(options.denoiser, device)) facts_.push_back(fact);
  }

  Facts facts() const override { return facts_; }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  models::TrainedDenoiser denoiser_of(const models::ImageStates& states, std::uint64_t checksum,
                                      const RegimeSeed& seed, const parallel::Team& team) const;
  models::TrainedClassifier classifier_of(const std::vector<std::int32_t>& classes,
                                          const RunContext& context) const;
  ClonedSamples samples_of(const models::TrainedDenoiser& denoiser,
                           const models::TrainedClassifier& classifier, const RegimeImages& images,
                           const models::ImageStates& states, const RegimeSeed& seed,
                           const parallel::Team& team) const;

  TrainedRegimesPlan plan_;
  data::ImageSet images_;
  std::optional<data::ImageSet> test_images_;
  Facts facts_;
};

models::TrainedDenoiser TrainedRegimes::denoiser_of(const models::ImageStates& states,
                                                    std::uint64_t checksum, const RegimeSeed& seed,
                                                    const parallel::Team& team) const {
  const TrainedRegimesOptions& options = plan_.options();
  models::DenoiserOptions denoiser = options.denoiser;
  denoiser.training.epochs = options.epochs(states.count());
  models::DenoiserTask task;
  task.states = &states;
  task.schedule = &plan_.schedule();
  task.sweep_seed = seed.sweep;
  task.seed = seed.seed;
  task.facts = {{"images", "single, centred"},
                {"data", checksum_text(checksum)},
                {"count", concat(states.pixels().size(0))},
                {"repeats", concat(states.repeats())},
                {"padded_size", concat(options.exact.padded_size)},
                {"steps", concat(options.steps)},
                {"beta", concat(options.beta_first, " to ", options.beta_last, ", scaled")},
                {"threads", concat(options.threads)}};
  return models::trained_denoiser(task, denoiser, team);
}

/// One classifier judges every seed.
models::TrainedClassifier TrainedRegimes::classifier_of(const std::vector<std::int32_t>& classes,
                                                        const RunContext& context) const {
  const TrainedRegimesOptions& options = plan_.options();
  const auto checksum = [&](const data::ImageSet& set) {
    return checksum_text(data::checksum(set, data::images_of_classes(set, classes)));
  };
  const auto images = models::classifier_images(
      images_, test_images_, classes,
      [&](const data::ImageSet& set, const std::vector<std::uint32_t>& chosen) {
        return plain_images(set, chosen, options.exact.point_format());
      });
  models::ClassifierTask task;
  task.images = &images;
  task.sweep_seed = context.sweep_seed;
  task.facts = {{"images", "in [0, 1]"},
                {"classes", concat(classes[0], "-", classes[1])},
                {"data", checksum(images_)},
                {"test data", test_images_ ? checksum(*test_images_) : "none"},
                {"threads", concat(options.threads)}};
  return models::trained_classifier(task, options.classifier, options.denoiser, context.team);
}

ClonedSamples TrainedRegimes::samples_of(const models::TrainedDenoiser& denoiser,
                                         const models::TrainedClassifier& classifier,
                                         const RegimeImages& images,
                                         const models::ImageStates& states, const RegimeSeed& seed,
                                         const parallel::Team& team) const {
  const auto mean = torch::tensor(images.channel_mean).to(torch::kFloat32).view({1, -1, 1, 1});
  auto predict = denoiser.denoiser();
  if (plan_.options().within_range)
    predict = diffusion::within_range(plan_.schedule(), std::move(predict), -mean, 1 - mean);
  return draw_cloned_samples(
      plan_.sample_plan(), predict,
      [&](const Tensor& generated) {
        return classifier.predict(generated + mean.to(generated.device()));
      },
      images, states.pixels(), seed, team.ranks(), denoiser.device);
}

void TrainedRegimes::run(const Unit& unit, Results& results, const RunContext& context) const {
  const TrainedRegimesOptions& options = plan_.options();
  const networks::ThreadScope threads(options.threads);
  const RegimeSeed seed{context.sweep_seed, unit.integer("seed")};
  const auto classes = class_pair(unit.label("classes"));
  const RegimeImages images =
      take_images(images_, classes, unit.integer("images"), options.exact, seed);
  const auto pixels =
      images_of(data::make_points<float>(images_, images.chosen, options.exact.point_format()));
  std::vector<std::int32_t> labels;
  for (const std::uint32_t image : images.chosen) labels.push_back(images_.label(image));
  const models::ImageStates states(pixels, labels, options.denoiser.training.batch);

  const auto classifier = classifier_of(classes, context);
  const auto denoiser =
      denoiser_of(states, data::checksum(images_, images.chosen), seed, context.team);
  context.team.say(concat("clones ", plan_.trajectories(), " trajectories"));
  const ClonedSamples seen = samples_of(denoiser, classifier, images, states, seed, context.team);
  if (context.team.rank() != 0) return;  // every rank knows the same; the first one's is kept
  context.team.say("measures the exact empirical score");

  store_images_used(images_, images, results);
  measure_spectrum(images_, images, options.exact, seed, results);
  measure_posterior(images, options.exact, plan_.times(), seed, results);
  measure_paths(images, options.exact, plan_.paths(), seed, results);
  const TrainedRegimesEstimates estimates(plan_, images, seed, results);
  estimates.store_models(
      denoiser, classifier, states,
      test_images_ ? models::TestImages::own_part : models::TestImages::held_out);
  estimates.store_clones(seen);
  estimates.store_samples(seen, pixels);
}

}  // namespace

std::unique_ptr<const Prepared> prepare_trained_regimes(const TrainedRegimesOptions& options,
                                                        const Grid& grid,
                                                        std::optional<int> device) {
  return std::make_unique<const TrainedRegimes>(options, grid, device);
}

}  // namespace syncgap::experiments
