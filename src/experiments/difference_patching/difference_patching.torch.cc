#include <optional>
#include <span>
#include <vector>

#include "core/numbers.h"
#include "experiments/difference_patching/patched_pairs.h"
#include "experiments/shared/agreements.h"
#include "experiments/shared/replica_network.h"
#include "experiments/shared/shown_samples.h"
#include "experiments/trained.h"
#include "networks/threads.h"
#include "observables/estimate.h"

namespace syncgap::experiments {
namespace {

class DifferencePatching : public Prepared {
 public:
  DifferencePatching(const DifferencePatchingOptions& options, const Grid& grid,
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
  void store_effects(const PatchedPairs& seen, Results& results) const;
  DifferencePatchingPlan plan_;
  ReplicaSources sources_;
  JudgeSources judges_;
  Facts facts_;
};

void DifferencePatching::store_effects(const PatchedPairs& seen, Results& results) const {
  const std::int64_t pairs = plan_.options().replicas.pairs;
  const std::int64_t layers = std::ssize(plan_.layers()), parts = std::ssize(plan_.parts());
  const std::int64_t kinds = std::ssize(plan_.kinds()), per_step = kinds * layers * parts;
  const auto row = [&](const std::vector<double>& all, std::int64_t place) {
    return std::span(all).subspan(unsigned_size(place * pairs), unsigned_size(pairs));
  };
  auto unpatched = results.cells("unpatched"), effect = results.cells("effect");
  auto share = results.cells("part_share");
  for (std::int64_t metric = 0; metric < kAgreementCount; ++metric) {
    const auto before = row(seen.unpatched, metric);
    unpatched.set(observables::estimate_mean(before), metric);
    const bool is_distance = metric >= static_cast<std::int64_t>(Agreement::coarse);
    for (std::int64_t s = 0; s < std::ssize(plan_.steps()); ++s)
      for (std::int64_t k = 0; k < per_step; ++k) {
        const auto after = row(seen.patched, (s * per_step + k) * kAgreementCount + metric);
        Estimate found = is_distance ? observables::estimate_ratio(after, before)
                                     : observables::estimate_paired_difference(after, before);
        if (is_distance) found.value -= 1;
        effect.set_or_none(found, metric, k / (layers * parts), s, k / parts % layers, k % parts);
      }
  }
  for (std::int64_t s = 0; s < std::ssize(plan_.steps()); ++s)
    for (std::int64_t k = 0; k < layers * parts; ++k)
      share.set_or_none(observables::estimate_ratio(row(seen.part, s * per_step + k),
                                                    row(seen.whole, s * per_step + k))
                            .value,
                        s, k / parts, k % parts);
}

void DifferencePatching::run(const Unit& unit, Results& results, const RunContext& context) const {
  const DifferencePatchingOptions& options = plan_.options();
  const ReplicaOptions& replicas = options.replicas;
  const networks::ThreadScope threads(replicas.threads);
  const std::int64_t seed = unit.integer("seed");
  const PatchedRun run{unit.real("g"), unit.integer("told_class")};
  const ReplicaNetwork network(plan_.replicas(), sources_, context.sweep_seed, seed,
                               told_of(run.told_class), context.team);
  const ImageJudge judge(judges_, replicas.transformer, replicas.told_classes(), replicas.threads,
                         context.sweep_seed, context.team);
  const ReplicaNoise noise(context.sweep_seed, seed, plan_.replicas().state_shape(1),
                           network.device());
  const auto modes = start_modes(
      plan_.replicas(), options.modes,
      [&](const networks::LayerTap& tap) { return network.denoiser(tap); }, noise, run.told_class);
  const PatchedPairs seen = run_patches(
      plan_,
      [&](const networks::LayerChange& change) {
        return change ? network.model().changed(change) : network.denoiser();
      },
      modes, noise, run, [&](const torch::Tensor& states) { return judge.look(states); },
      context.team);
  if (context.team.rank() != 0) return;  // every rank knows the same; the first one's is kept
  store_effects(seen, results);
  const bool shown = store_shown_samples({seen.labels, replicas.told_classes(), run.told_class},
                                         judge, options.judge, options.most_share, results);
  network.store(results);
  results.cells("reliable").set(network.uses_context() && shown ? 1 : 0);
  results.cells("pair_count").set(to_real(replicas.pairs));
}

}  // namespace

std::unique_ptr<const Prepared> prepare_difference_patching(
    const DifferencePatchingOptions& options, const Grid& grid, std::optional<int> device) {
  return std::make_unique<const DifferencePatching>(options, grid, device);
}

}  // namespace syncgap::experiments
