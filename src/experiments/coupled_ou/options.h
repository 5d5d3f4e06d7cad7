#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/grid.h"
#include "core/options.h"
#include "theory/collapse.h"
#include "theory/coupling_schedule.h"
#include "theory/speciation.h"

namespace syncgap::experiments {

/// Options of `coupled_ou`; defaults are those of figures 1 and 4.
struct CoupledOuOptions {
  std::string relaxation = "symmetric";
  std::vector<std::string> quantities = {"speciation", "collapse"};

  double beta = 1.0;
  double noise_variance = 2.0;
  double variance_x = 1.0, variance_y = 1.0;
  double mean_square_x = 1.0, mean_square_y = 1.0;
  std::int64_t dimension = 1;
  double alpha = 1.0;
  double conditional_alpha_ratio = 1.0;

  double switch_time = 0.35;
  double ramp_time = 2.0;
  double ramp_start = 1.0, ramp_end = 0.0;
  std::vector<double> piece_starts, piece_factors;

  std::string graph_scale = "spectral";
  std::string size_scaling = "per_modality";
  std::vector<double> adjacency;

  /// Binds the members: keep this object in place while the table is used.
  OptionTable table();

  bool computes(const std::string& quantity) const;
  /// Data as kappa sees them: mean squares times the dimension (corrections E0.3).
  theory::DataLaw data_law() const;
  /// g(t) of scale `strength` for a value of the axis `schedule`.
  theory::CouplingSchedule schedule(const std::string& label, double strength) const;
};

/// The axes both matrices share: g and schedule, and time, inverse_temperature and energy where
/// the quantities need them.
std::vector<Axis> coupled_ou_axes(const CoupledOuOptions& options, std::vector<double> strengths);

/// Throws InputError for options and shared axes that make no sense together.
void check_coupled_ou(const CoupledOuOptions& options, const Grid& grid);

}  // namespace syncgap::experiments
