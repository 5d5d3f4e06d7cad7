#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "experiments/coupled_ou/options.h"
#include "experiments/experiment.h"
#include "theory/speciation.h"

namespace syncgap::experiments {

/// What `coupled_ou` does for one kind of relaxation matrix.
class CoupledOuCase : public Prepared {
 public:
  virtual double cost(const Unit& unit) const = 0;
};

std::unique_ptr<const CoupledOuCase> make_symmetric_case(const CoupledOuOptions& options,
                                                         const Grid& grid);
std::unique_ptr<const CoupledOuCase> make_triangular_case(const CoupledOuOptions& options,
                                                          const Grid& grid);

/// Status of a cell whose forward process has no stationary law: a growing eigenmode.
constexpr double kUnstableForward = 4.0;

/// The observables of a speciation problem over one captured axis.
class SpeciationCells {
 public:
  explicit SpeciationCells(Results& results);
  void set(const theory::Speciation& speciation, std::int64_t at);

 private:
  Cells time_, status_, lower_time_, crossing_count_, peak_;
};

/// Lambda_t(beta) and I_t(u) from the chi of all modes at a time (empty where they do not exist).
void store_large_deviations(const Grid& grid, Results& results,
                            const std::function<std::vector<double>(double t)>& memory_ratios);

}  // namespace syncgap::experiments
