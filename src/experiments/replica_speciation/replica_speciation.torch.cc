#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/numbers.h"
#include "core/random.h"
#include "experiments/replica_speciation/decoupling.h"
#include "experiments/replica_speciation/plan.h"
#include "experiments/replica_speciation/scan.h"
#include "experiments/shared/replica_graph.h"
#include "experiments/shared/replica_network.h"
#include "experiments/shared/shown_samples.h"
#include "experiments/trained.h"
#include "networks/tensor_values.h"
#include "networks/threads.h"
#include "observables/estimate.h"

// Shapes: M pairs.
namespace syncgap::experiments {
namespace {

class ReplicaSpeciation : public Prepared {
 public:
  ReplicaSpeciation(const ReplicaSpeciationOptions& options, const Grid& grid,
                    std::optional<int> device)
      : plan_(options, grid),
        sources_(plan_.replicas(), device),
        judges_(options.judge, plan_.replicas(), sources_, device),
        facts_(sources_.facts) {
    facts_.insert(facts_.end(), judges_.facts().begin(), judges_.facts().end());
  }

  Facts facts() const override { return facts_; }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  /// What the samples of pairs that were never coupled show; whether that can be relied on.
  bool store_samples_shown(const IndependentImages& images, std::int64_t told_class,
                           const ImageJudge& judge, Results& results) const;
  void store_images(const DecoupledPairs& pairs, Results& results) const;

  ReplicaSpeciationPlan plan_;
  ReplicaSources sources_;
  JudgeSources judges_;
  Facts facts_;
};

bool ReplicaSpeciation::store_samples_shown(const IndependentImages& images,
                                            std::int64_t told_class, const ImageJudge& judge,
                                            Results& results) const {
  const ReplicaSpeciationOptions& options = plan_.options();
  const auto labels = images.labels.flatten();
  const std::int64_t count = labels.numel();
  const std::span<const std::int64_t> shown(labels.data_ptr<std::int64_t>(), unsigned_size(count));
  auto right = results.cells("label_right");
  if (told_class == kNoClass)
    right.none();
  else
    right.set(observables::wilson_share(std::count(shown.begin(), shown.end(), told_class), count));
  return store_shown_samples({shown, options.replicas.told_classes(), told_class}, judge,
                             options.judge, options.most_share, results);
}

void ReplicaSpeciation::store_images(const DecoupledPairs& pairs, Results& results) const {
  auto cells = results.cells("sample_pixels");
  for (std::int64_t k = 0; k < std::ssize(plan_.shown()); ++k)
    cells.assign(std::span<const double>(
                     networks::values_of(pairs.images(plan_.shown()[k], plan_.samples()))),
                 k);
}

void ReplicaSpeciation::run(const Unit& unit, Results& results, const RunContext& context) const {
  const ReplicaSpeciationOptions& options = plan_.options();
  const ReplicaOptions& replicas = options.replicas;
  const networks::ThreadScope threads(replicas.threads);
  const std::int64_t seed = unit.integer("seed");
  const Coupling coupling{unit.real("g"),
                          unit.real("noise_correlation"),
                          unit.integer("told_class"),
                          plan_.reach(unit),
                          named_graph(unit.label("graph")).replicas,
                          plan_.modes(unit)};
  const ReplicaNetwork network(plan_.replicas(), sources_, context.sweep_seed, seed,
                               told_of(coupling.told_class), context.team);
  const ImageJudge judge(judges_, replicas.transformer, replicas.told_classes(), replicas.threads,
                         context.sweep_seed, context.team);
  const ReplicaNoise noise(context.sweep_seed, seed,
                           plan_.replicas().state_shape(1, coupling.replicas), network.device());
  DecoupledPairs pairs(
      options, plan_.replicas(), network.denoiser(), noise, coupling,
      [&](const torch::Tensor& states) { return judge.look(states); }, context.team);
  const std::vector<std::int64_t> first{0};
  auto seen = pairs.compare(first);
  AgreementCurves curves(replicas.pairs, pairs.independent().across_pairs());
  curves.add(0, std::move(seen.front()));
  // Every unit draws the same resamples: differences between couplings are of the same pairs.
  const RandomStream stream(context.sweep_seed, "resamples");
  scan_agreement(options, plan_.points(), plan_.shown(), stream, curves,
                 [&](std::vector<std::int64_t> points) {
                   std::erase(points, 0);
                   auto found = pairs.compare(points);
                   for (std::size_t k = 0; k < points.size(); ++k)
                     curves.add(points[k], std::move(found[k]));
                 });
  if (context.team.rank() != 0) return;  // every rank knows the same; the first one's is kept
  const AgreementSigmoids sigmoids(curves, stream, options.resamples, curves.comparisons());
  store_curves(options, plan_.points(), curves, sigmoids, results);
  store_modes(coupling.modes, plan_.points(), curves, sigmoids, results);
  network.store(results);
  const bool shown = store_samples_shown(pairs.independent(), coupling.told_class, judge, results);
  results.cells("reliable").set(network.uses_context() && shown ? 1 : 0);
  results.cells("pair_count").set(to_real(replicas.pairs));
  results.cells("replica_count").set(to_real(coupling.replicas));
  store_images(pairs, results);
}

}  // namespace

std::unique_ptr<const Prepared> prepare_replica_speciation(const ReplicaSpeciationOptions& options,
                                                           const Grid& grid,
                                                           std::optional<int> device) {
  return std::make_unique<const ReplicaSpeciation>(options, grid, device);
}

}  // namespace syncgap::experiments
