#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/coupled_ou/options.h"
#include "theory/speciation.h"

namespace syncgap::experiments {

/// What `coupled_ou` does for one kind of relaxation matrix. Refers to options that outlive it.
class CoupledOuCase {
 public:
  virtual ~CoupledOuCase() = default;

  virtual std::vector<Axis> axes() const = 0;
  virtual std::vector<Observable> observables() const = 0;
  virtual void prepare(const Grid& grid) = 0;
  virtual double cost(const Unit& unit) const = 0;
  virtual void run(const Unit& unit, Results& results) const = 0;
};

std::unique_ptr<CoupledOuCase> make_symmetric_case(const CoupledOuOptions& options);
std::unique_ptr<CoupledOuCase> make_triangular_case(const CoupledOuOptions& options);

/// Status of a cell whose forward process has no stationary law: a growing eigenmode.
constexpr double kUnstableForward = 4.0;

/// Observables of a speciation problem over one captured axis.
void declare_speciation(std::vector<Observable>& list, const std::string& axis,
                        const std::string& source);
/// Writes one Speciation at position i of what declare_speciation declared.
void store_speciation(Results& results, std::size_t i, const theory::Speciation& speciation);

/// Observables Lambda_t(beta) and I_t(u), and their values from the chi of all modes at a time
/// (empty where they do not exist).
void declare_large_deviations(std::vector<Observable>& list);
void store_large_deviations(const Grid& grid, Results& results,
                            const std::function<std::vector<double>(double t)>& memory_ratios);

}  // namespace syncgap::experiments
