#include "experiments/attention_response/attention_response.h"

#include "experiments/attention_response/declaration.h"
#include "experiments/attention_response/plan.h"
#include "experiments/trained.h"

namespace syncgap::experiments {

std::unique_ptr<Experiment> make_attention_response() {
  return declare<AttentionResponseOptions>({
      .name = "attention_response",
      .summary = "linear response of a diffusion transformer's blocks to the difference of "
                 "replicas: gains by routing, queries, keys and perceptron, and what follows from "
                 "them (dit, sections 2.3-2.6 and appendix B)",
      .axes = attention_response_axes,
      .observables = attention_response_observables,
      .plan = plan_as<AttentionResponsePlan, AttentionResponseOptions>,
      .prepare = prepare_trained<&TrainedExperiments::attention_response>,
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
