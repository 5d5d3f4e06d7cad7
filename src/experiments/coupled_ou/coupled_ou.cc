#include "experiments/coupled_ou/coupled_ou.h"

#include "experiments/coupled_ou/case.h"
#include "experiments/coupled_ou/declaration.h"
#include "experiments/coupled_ou/options.h"

namespace syncgap::experiments {
namespace {

std::unique_ptr<const CoupledOuCase> make_case(const CoupledOuOptions& options, const Grid& grid) {
  check_coupled_ou(options, grid);
  return options.relaxation == Relaxation::symmetric ? make_symmetric_case(options, grid)
                                                     : make_triangular_case(options, grid);
}

}  // namespace

std::unique_ptr<Experiment> make_coupled_ou() {
  return declare<CoupledOuOptions>({
      .name = "coupled_ou",
      .summary = "speciation and collapse times of coupled Ornstein-Uhlenbeck processes in closed "
                 "form (multimodal, sections 2-4)",
      .axes = coupled_ou_axes,
      .observables = coupled_ou_observables,
      .plan =
          [](const CoupledOuOptions& options, const Grid& grid) {
            const std::shared_ptr<const CoupledOuCase> work = make_case(options, grid);
            return Plan{[work](const Unit& unit) { return work->cost(unit); }};
          },
      .prepare = [](const CoupledOuOptions& options, const Grid& grid, std::optional<int>)
          -> std::unique_ptr<const Prepared> { return make_case(options, grid); },
  });
}

}  // namespace syncgap::experiments
