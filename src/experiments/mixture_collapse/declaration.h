#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "core/options.h"

namespace syncgap::experiments {

/// Options of mixture_collapse.
struct MixtureCollapseOptions {
  double mean_amplitude = 1.0;
  double standard_deviation = 1.0;
  std::string size = "points";
  std::string clock = "absolute";
  std::int64_t data_sets = 50;
  std::int64_t evaluations = 100;
  double weight_level = 0.5;
  bool quadrature = true;

  /// Described for `syncgap options`; binds this object's members.
  OptionTable table();
};

/// How the energies of the data points are had.
enum class CollapseMode {
  full,         ///< data sets in d dimensions, matrix products in double precision
  full_single,  ///< the same in single precision
  reduced,      ///< energies drawn from their exact law, a fresh data set for every evaluation
  none,         ///< no sampling: closed forms and quadrature, for any n
};
CollapseMode collapse_mode(const std::string& label);

std::vector<Axis> mixture_collapse_axes(const MixtureCollapseOptions& options);
std::vector<Observable> mixture_collapse_observables();

}  // namespace syncgap::experiments
