#include "experiments/replica_speciation/replica_speciation.h"

#include "experiments/replica_speciation/declaration.h"
#include "experiments/replica_speciation/plan.h"
#include "experiments/trained.h"

namespace syncgap::experiments {

std::unique_ptr<Experiment> make_replica_speciation() {
  return declare<ReplicaSpeciationOptions>({
      .name = "replica_speciation",
      .summary = "replicas of a diffusion transformer, coupled through attention and let go: "
                 "speciation time and synchronization gap (dit, protocol I, table 1, figures 2-8)",
      .axes = replica_speciation_axes,
      .observables = replica_speciation_observables,
      .plan = plan_as<ReplicaSpeciationPlan, ReplicaSpeciationOptions>,
      .prepare = prepare_trained<&TrainedExperiments::replica_speciation>,
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
