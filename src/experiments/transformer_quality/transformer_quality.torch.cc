#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include "core/numbers.h"
#include "core/random.h"
#include "experiments/shared/replica_network.h"
#include "experiments/trained.h"
#include "experiments/transformer_quality/estimates.h"
#include "experiments/transformer_quality/plan.h"
#include "experiments/transformer_quality/samples.h"
#include "networks/tensor_values.h"
#include "networks/threads.h"

namespace syncgap::experiments {
namespace {

/// Real images as the judge sees them, and what they show.
struct SeenReal : SeenImages {
  std::vector<std::int64_t> told;  ///< (n)
};

observables::FeatureRows rows_of(const SeenImages& seen) {
  return {seen.features, seen.feature_count};
}

/// `count` rows of so many, at random; all of them where there are fewer.
torch::Tensor some_rows(std::int64_t all, std::int64_t count, const RandomStream& stream) {
  std::vector<double> keys(all);
  stream.fill_uniforms<double>(0, 0, keys);
  std::vector<std::int64_t> rows(all);
  std::iota(rows.begin(), rows.end(), 0);
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::int64_t i, std::int64_t j) { return keys[i] < keys[j]; });
  rows.resize(std::min(all, count));
  std::sort(rows.begin(), rows.end());
  return torch::tensor(rows, torch::kInt64);
}

class TransformerQuality : public Prepared {
 public:
  TransformerQuality(const TransformerQualityOptions& options, const Grid& grid,
                     std::optional<int> device)
      : plan_(options, grid),
        sources_(plan_.network(), device),
        judges_(options.judge, plan_.network(), sources_, device),
        facts_(sources_.facts) {
    facts_.insert(facts_.end(), judges_.facts().begin(), judges_.facts().end());
  }

  Facts facts() const override { return facts_; }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  SampleSeries series(std::uint64_t sweep_seed, std::int64_t seed, std::string_view purpose) const;
  SampleSeries told_series(std::uint64_t sweep_seed, std::int64_t seed) const;
  SampleSeries free_series(std::uint64_t sweep_seed, std::int64_t seed) const;
  SeenReal see_real(const models::LabelledImages& images, std::int64_t count,
                    const RandomStream& stream, const ImageLook& look,
                    const parallel::Team& team) const;
  void store_images(const SeenSamples& told, const SeenSamples& free, Results& results) const;
  bool reliable(const ReplicaNetwork& network, const ImageJudge& judge,
                const IntervalEstimate& right, const IntervalEstimate& balance) const;

  TransformerQualityPlan plan_;
  ReplicaSources sources_;
  JudgeSources judges_;
  Facts facts_;
};

SampleSeries TransformerQuality::series(std::uint64_t sweep_seed, std::int64_t seed,
                                        std::string_view purpose) const {
  const auto shape = plan_.network().state_shape(1);
  SampleSeries out;
  out.purpose = purpose;
  out.shape = {shape.begin() + 2, shape.end()};
  out.group = plan_.options().replicas.group;
  out.sweep_seed = sweep_seed;
  out.seed = seed;
  return out;
}

SampleSeries TransformerQuality::told_series(std::uint64_t sweep_seed, std::int64_t seed) const {
  const TransformerQualityOptions& options = plan_.options();
  SampleSeries out = series(sweep_seed, seed, "told");
  for (std::int64_t i = 0; i < options.samples; ++i) out.told.push_back(options.told_class(i));
  for (const std::int64_t label : plan_.shown_classes())
    if (label != kNoClass)
      for (const std::int64_t sample : plan_.kept())
        out.kept.push_back(options.told(label).first + sample);
  return out;
}

SampleSeries TransformerQuality::free_series(std::uint64_t sweep_seed, std::int64_t seed) const {
  SampleSeries out = series(sweep_seed, seed, "free");
  out.told.assign(plan_.options().free_samples, kNoClass);
  const auto& shown = plan_.shown_classes();
  if (std::find(shown.begin(), shown.end(), kNoClass) != shown.end()) out.kept = plan_.kept();
  return out;
}

SeenReal TransformerQuality::see_real(const models::LabelledImages& images, std::int64_t count,
                                      const RandomStream& stream, const ImageLook& look,
                                      const parallel::Team& team) const {
  const auto rows = some_rows(images.labels.size(0), count, stream);
  SeenReal out;
  static_cast<SeenImages&>(out) = see_images(images.images.index_select(0, rows), look, team);
  const auto labels = images.labels.index_select(0, rows);
  out.told.assign(labels.data_ptr<std::int64_t>(),
                  labels.data_ptr<std::int64_t>() + labels.numel());
  return out;
}

void TransformerQuality::store_images(const SeenSamples& told, const SeenSamples& free,
                                      Results& results) const {
  auto cells = results.cells("sample_pixels");
  const auto each = std::ssize(plan_.kept());
  std::int64_t next = 0;
  for (std::int64_t k = 0; k < std::ssize(plan_.shown_classes()); ++k) {
    const bool none = plan_.shown_classes()[k] == kNoClass;
    const auto images = none ? free.kept : told.kept.narrow(0, next, each);
    if (!none) next += each;
    cells.assign(std::span<const double>(networks::values_of(images)), k);
  }
}

bool TransformerQuality::reliable(const ReplicaNetwork& network, const ImageJudge& judge,
                                  const IntervalEstimate& right,
                                  const IntervalEstimate& balance) const {
  const TransformerQualityOptions& options = plan_.options();
  const bool judged = !judge.accuracy() || judge.accuracy()->value >= options.judge.least_accuracy;
  // No samples that were told no class: no balance.
  const bool balanced = options.free_samples == 0 || balance.value >= options.least_balance;
  return network.uses_context() && judged && right.value >= options.judge.least_right && balanced;
}

void TransformerQuality::run(const Unit& unit, Results& results, const RunContext& context) const {
  const TransformerQualityOptions& options = plan_.options();
  const ReplicaOptions& replicas = options.replicas;
  const parallel::Team& team = context.team;
  const networks::ThreadScope threads(replicas.threads);
  const std::int64_t seed = unit.integer("seed"), classes = replicas.told_classes();
  const std::uint64_t sweep_seed = context.sweep_seed;
  const ReplicaNetwork network(plan_.network(), sources_, sweep_seed, seed, models::ToldClass::own,
                               team);
  const ImageJudge judge(judges_, replicas.transformer, classes, replicas.threads, sweep_seed,
                         team);
  const ImageLook look = [&](const torch::Tensor& states) { return judge.look(states); };
  const auto& real = judges_.real();
  // Features are compared with those of real images, where there are any.
  const Features features = real ? Features::keep : Features::drop;
  const auto path = options.path(plan_.network());
  const SampleSeries of_class = told_series(sweep_seed, seed),
                     of_none = free_series(sweep_seed, seed);
  const auto told =
      draw_samples(of_class, path, network.denoiser(), look, features, network.device(), team);
  // Guidance leads towards a class: there is none here.
  const auto free = draw_samples(of_none, path, network.model().denoiser(), look, features,
                                 network.device(), team);
  SeenReal test, training;
  if (real) {
    team.say("looks at real images");
    // Every seed is compared with the same ones.
    const std::int64_t tested =
        options.real_images > 0 ? options.real_images : real->test.labels.size(0);
    test =
        see_real(real->test, tested, RandomStream(sweep_seed, "test images compared"), look, team);
    training = see_real(real->train, options.samples,
                        RandomStream(sweep_seed, "training images compared"), look, team);
  }
  if (team.rank() != 0) return;  // every rank knows the same; the first one's is kept

  const auto right = store_right(of_class.told, told.labels, classes, results.cells("class_right"));
  results.cells("label_right").set(right);
  const auto balance = store_shares(free.labels, options,
                                    RandomStream(sweep_seed, "resampled classes", {seed}), results);
  if (real) {
    store_right(test.told, test.labels, classes, results.cells("class_accuracy"));
    results.cells("classifier_accuracy").set(*judge.accuracy());
    team.say("compares features");
    const ComparedFeatures compared(rows_of(test), options.feature_components, sweep_seed);
    compared.store(Compared::told, rows_of(told), results);
    compared.store(Compared::free, rows_of(free), results);
    compared.store(Compared::training, rows_of(training), results);
    compared.store_components(results);
  } else {
    results.none({"class_accuracy", "classifier_accuracy", "frechet_distance", "frechet_plain",
                  "component_count", "component_share"});
    results.cells("test_count").set(0);
    for (std::int64_t k = 0; k < kComparedCount; ++k) results.cells("compared_count").set(0, k);
  }
  results.cells("sample_count").set(to_real(options.samples));
  results.cells("free_sample_count").set(to_real(options.free_samples));
  results.cells("reliable").set(reliable(network, judge, right, balance) ? 1 : 0);
  store_images(told, free, results);
  network.store(results);
}

}  // namespace

std::unique_ptr<const Prepared> prepare_transformer_quality(
    const TransformerQualityOptions& options, const Grid& grid, std::optional<int> device) {
  return std::make_unique<const TransformerQuality>(options, grid, device);
}

}  // namespace syncgap::experiments
