#pragma once

#include <cstdint>
#include <vector>

#include "experiments/coupled_ou/case.h"
#include "theory/coupled_process.h"
#include "theory/coupling_schedule.h"
#include "theory/speciation.h"

namespace syncgap::experiments {

/// Everything one unit needs to know about its coupled modalities.
struct Modalities {
  std::vector<double> eigenvalues;  ///< of the coupling graph, common mode first
  theory::CouplingSchedule schedule;
  double total_mean_square;  ///< sum over the modes, times d
  double log_levels;         ///< (2/d) log n, left-hand side of multimodal (71)
};

/// N modalities that feel each other, multimodal section 3 for N = 2. Mode 0 is the common mode.
class SymmetricCase : public CoupledOuCase {
 public:
  /// Throws InputError for options and axes that make no sense together.
  SymmetricCase(const CoupledOuOptions& options, const Grid& grid);

  double cost(const Unit& unit) const override;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  void check_given_graph(const Grid& grid) const;
  void check_common_fractions(const Grid& grid) const;
  std::vector<double> eigenvalues(ModalityGraph graph, std::int64_t modalities) const;
  Modalities modalities(const Unit& unit) const;

  void leave_unstable(Results& results) const;
  void run_speciation(const Grid& grid, const Modalities& system, Results& results) const;
  void run_collapse(const Grid& grid, const Modalities& system, Results& results) const;
  void run_curves(const Grid& grid, const Modalities& system, Results& results) const;

  std::vector<double> rates(const Modalities& system) const;
  theory::Speciation mixture(const Modalities& system, double common_fraction) const;
  theory::Speciation single_mode(const Modalities& system, double eigenvalue) const;
  theory::ModeMoments moments(const Modalities& system, double eigenvalue) const {
    return {{options_.beta, options_.noise_variance, eigenvalue}, system.schedule};
  }

  CoupledOuOptions options_;
};

}  // namespace syncgap::experiments
