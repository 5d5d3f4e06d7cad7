#include <cmath>
#include <optional>

#include "core/numbers.h"
#include "core/random.h"
#include "experiments/layer_energies/capture.h"
#include "experiments/layer_energies/estimates.h"
#include "experiments/layer_energies/plan.h"
#include "experiments/shared/replica_network.h"
#include "experiments/trained.h"
#include "networks/threads.h"

namespace syncgap::experiments {
namespace {

class LayerEnergies : public Prepared {
 public:
  LayerEnergies(const LayerEnergiesOptions& options, const Grid& grid, std::optional<int> device)
      : plan_(options, grid), sources_(plan_.replicas(), device) {}

  Facts facts() const override { return sources_.facts; }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  LayerEnergiesPlan plan_;
  ReplicaSources sources_;
};

void LayerEnergies::run(const Unit& unit, Results& results, const RunContext& context) const {
  const LayerEnergiesOptions& options = plan_.options();
  const networks::ThreadScope threads(options.replicas.threads);
  const std::int64_t seed = unit.integer("seed");
  const CoupledRun run{unit.real("g"), unit.integer("told_class"),
                       coupling_reach(plan_.replicas(), unit)};
  const ReplicaNetwork network(plan_.replicas(), sources_, context.sweep_seed, seed,
                               told_of(run.told_class), context.team);
  const ReplicaNoise noise(context.sweep_seed, seed, plan_.replicas().state_shape(1),
                           network.device());
  const CapturedLayers seen = capture_layers(
      options, plan_.replicas(),
      [&](const networks::LayerTap& tap) { return network.denoiser(tap); }, noise, run,
      context.team);
  if (context.team.rank() != 0) return;  // every rank knows the same; the first one's is kept
  context.team.say("measures mode energies");
  store_layer_energies(options, seen, plan_.chance_steps(),
                       RandomStream(context.sweep_seed, "halves of pairs"),
                       RandomStream(context.sweep_seed, "gaps by chance"), results);
  const double step = plan_.speciation_step(unit);
  auto shown = results.cells("speciation_step");
  if (std::isnan(step))
    shown.none();
  else
    shown.set(step);
  network.store(results);
  results.cells("reliable").set(network.uses_context() ? 1 : 0);
  results.cells("pair_count").set(to_real(options.replicas.pairs));
}

}  // namespace

std::unique_ptr<const Prepared> prepare_layer_energies(const LayerEnergiesOptions& options,
                                                       const Grid& grid,
                                                       std::optional<int> device) {
  return std::make_unique<const LayerEnergies>(options, grid, device);
}

}  // namespace syncgap::experiments
