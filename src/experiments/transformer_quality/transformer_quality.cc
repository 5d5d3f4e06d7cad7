#include "experiments/transformer_quality/transformer_quality.h"

#include "experiments/trained.h"
#include "experiments/transformer_quality/declaration.h"
#include "experiments/transformer_quality/plan.h"

namespace syncgap::experiments {

std::unique_ptr<Experiment> make_transformer_quality() {
  return declare<TransformerQualityOptions>({
      .name = "transformer_quality",
      .summary = "a diffusion transformer before its replicas are coupled: classes, balance and "
                 "Frechet distance of its samples, use of its context (beside dit)",
      .axes = transformer_quality_axes,
      .observables = transformer_quality_observables,
      .plan = plan_as<TransformerQualityPlan, TransformerQualityOptions>,
      .prepare = prepare_trained<&TrainedExperiments::transformer_quality>,
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
