#include <optional>
#include <span>

#include "core/numbers.h"
#include "core/random.h"
#include "experiments/network_decisions/clone_clock.h"
#include "experiments/network_decisions/clones.h"
#include "experiments/network_decisions/declaration.h"
#include "experiments/network_decisions/loss_clock.h"
#include "experiments/network_decisions/loss_errors.h"
#include "experiments/network_decisions/plan.h"
#include "experiments/shared/replica_network.h"
#include "experiments/shared/shown_samples.h"
#include "experiments/trained.h"
#include "networks/tensor_values.h"
#include "networks/threads.h"

namespace syncgap::experiments {
namespace {

class NetworkDecisions : public Prepared {
 public:
  NetworkDecisions(const NetworkDecisionsOptions& options, const Grid& grid,
                   std::optional<int> device)
      : plan_(options, grid),
        sources_(plan_.network(), device),
        judges_(options.judge, plan_.network(), sources_, device),
        facts_(sources_.facts) {
    facts_.insert(facts_.end(), judges_.facts().begin(), judges_.facts().end());
    images_of(0);  // refused before a network is trained
  }

  Facts facts() const override { return facts_; }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  LossImages images_of(std::uint64_t sweep_seed) const {
    const NetworkDecisionsOptions& options = plan_.options();
    return loss_images(plan_.network(), sources_,
                       options.held_out ? LossPart::held_out : LossPart::training,
                       options.balanced_images(), sweep_seed);
  }
  LossProtocol loss_protocol(std::uint64_t sweep_seed, std::int64_t seed) const;
  CloneProtocol clone_protocol(std::uint64_t sweep_seed, std::int64_t seed) const;

  NetworkDecisionsPlan plan_;
  ReplicaSources sources_;
  JudgeSources judges_;
  Facts facts_;
};

LossProtocol NetworkDecisions::loss_protocol(std::uint64_t sweep_seed, std::int64_t seed) const {
  LossProtocol out;
  out.schedule = &plan_.network().schedule();
  out.steps = plan_.loss_steps();
  out.classes = plan_.options().replicas.told_classes();
  out.group = plan_.options().replicas.group;
  out.sweep_seed = sweep_seed;
  out.seed = seed;
  return out;
}

CloneProtocol NetworkDecisions::clone_protocol(std::uint64_t sweep_seed, std::int64_t seed) const {
  const NetworkDecisionsOptions& options = plan_.options();
  CloneProtocol out;
  out.schedule = &plan_.network().schedule();
  out.visited = plan_.network().visited();
  out.branches = plan_.branches();
  out.trunks = options.trunks;
  out.clones = options.clones;
  out.classes = options.replicas.told_classes();
  out.trunks_together = options.trunks_together();
  const auto state = plan_.network().state_shape(1);
  out.shape = {state[2], state[3], state[4]};
  out.sweep_seed = sweep_seed;
  out.seed = seed;
  out.shown = plan_.shown();
  out.kept_trunks = plan_.samples();
  out.kept_clones = plan_.clones();
  return out;
}

void NetworkDecisions::run(const Unit& unit, Results& results, const RunContext& context) const {
  const NetworkDecisionsOptions& options = plan_.options();
  const ReplicaOptions& replicas = options.replicas;
  const networks::ThreadScope threads(replicas.threads);
  const parallel::Team& team = context.team;
  const std::uint64_t sweep_seed = context.sweep_seed;
  const std::int64_t seed = unit.integer("seed"), classes = replicas.told_classes();
  const ReplicaNetwork network(plan_.network(), sources_, sweep_seed, seed, models::ToldClass::none,
                               team);
  const ImageJudge judge(judges_, replicas.transformer, classes, replicas.threads, sweep_seed,
                         team);
  const auto denoiser = network.denoiser();
  const LossProtocol loss = loss_protocol(sweep_seed, seed);
  const auto errors = measure_loss(loss, images_of(sweep_seed), denoiser, network.device(), team);
  const auto drawn = draw_clones(
      clone_protocol(sweep_seed, seed), denoiser,
      [&](const torch::Tensor& states) {
        const ImageViews views = judge.look(states);
        return SeenClones{views.labels, views.images};
      },
      network.device(), team);
  if (team.rank() != 0) return;  // every rank knows the same; the first one's is kept

  team.say("draws resamples");
  const NoiseLevels levels(*loss.schedule, loss.steps);
  const LossClock by_loss(levels, errors, classes,
                          RandomStream(sweep_seed, "resampled loss images", {seed}),
                          options.resamples);
  by_loss.store(results);
  const CloneClock by_clones(drawn.ends, RandomStream(sweep_seed, "resampled trunks", {seed}),
                             options.resamples);
  by_clones.store(options.excess_level(), results);
  // Where nothing is decided yet clones are samples like any others.
  const auto samples =
      std::span(drawn.ends.labels).first(unsigned_size(options.trunks * options.clones));
  const bool shown = store_shown_samples({samples, classes, kNoClass}, judge, options.judge,
                                         options.most_share, results);
  results.cells("reliable").set(network.uses_context() && shown ? 1 : 0);
  const auto pixels = networks::values_of(drawn.kept);
  results.cells("sample_pixels").assign(std::span<const double>(pixels));
  network.store(results);
}

}  // namespace

std::unique_ptr<const Prepared> prepare_network_decisions(const NetworkDecisionsOptions& options,
                                                          const Grid& grid,
                                                          std::optional<int> device) {
  return std::make_unique<const NetworkDecisions>(options, grid, device);
}

}  // namespace syncgap::experiments
