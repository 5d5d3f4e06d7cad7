#include "experiments/shared/told_rows.torch.h"

#include <cmath>
#include <utility>
#include <vector>

#include "core/numbers.h"
#include "diffusion/denoisers.h"

// Shapes: B rows, L blocks, h heads.
namespace syncgap::experiments {

diffusion::RowConditions told_rows(std::int64_t rows, std::int64_t told_class, double coupling,
                                   const CouplingReach& reach) {
  diffusion::RowConditions told;
  if (told_class != kNoClass) told.label = torch::full({rows}, told_class, torch::kInt64);
  if (!(coupling > 0)) return told;
  // On the CPU, where a network sees that there is none and does not compute it.
  told.coupling = torch::full({rows}, coupling, torch::kFloat32);
  if (!reach.graph.empty()) {
    const auto replicas = static_cast<std::int64_t>(std::lround(std::sqrt(reach.graph.size())));
    told.graph = torch::tensor(reach.graph, torch::kFloat32).view({replicas, replicas});
  }
  if (reach.layers.empty()) return told;
  const torch::Tensor layers = torch::tensor(reach.layers);
  told.coupling = told.coupling.unsqueeze(1) * layers;  // (B, L)
  if (!reach.heads.empty())
    told.coupling = told.coupling.unsqueeze(2) * torch::tensor(reach.heads);  // (B, L, h)
  return told;
}

diffusion::Denoiser coupled_by_step(diffusion::Denoiser denoiser, const ReplicaPlan& plan,
                                    const CouplingReach& reach) {
  if (reach.steps.empty()) return denoiser;
  std::vector<double> factors(unsigned_size(plan.options().horizon), 0.0);
  for (std::size_t s = 0; s < reach.steps.size(); ++s)
    factors[unsigned_size(plan.visited()[s])] = reach.steps[s];
  return diffusion::coupled_by_step(std::move(denoiser), factors);
}

}  // namespace syncgap::experiments
