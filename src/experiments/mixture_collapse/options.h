#pragma once

#include <cstdint>
#include <utility>

#include "core/choices.h"
#include "core/options.h"

namespace syncgap::experiments {

/// How the energies of the data points are had: the values of axis `method`.
enum class CollapseMethod {
  full,         ///< data sets in d dimensions, matrix products in double precision
  full_single,  ///< the same in single precision
  reduced,      ///< energies drawn from their exact law, a fresh data set for every evaluation
  none,         ///< no sampling: closed forms and quadrature, for any n
};
inline constexpr Choices kCollapseMethods{
    std::pair{CollapseMethod::full, "full"}, std::pair{CollapseMethod::full_single, "full_single"},
    std::pair{CollapseMethod::reduced, "reduced"}, std::pair{CollapseMethod::none, "none"}};

/// Which axis gives the size of a data set: n itself, or alpha = log n / d.
enum class DataSetSize { points, alpha };

inline constexpr Choices kDataSetSizes{std::pair{DataSetSize::points, "points"},
                                       std::pair{DataSetSize::alpha, "alpha"}};

/// What the time axes count: t, or t / t_C of each unit.
enum class CollapseClock { absolute, collapse };

inline constexpr Choices kCollapseClocks{std::pair{CollapseClock::absolute, "absolute"},
                                         std::pair{CollapseClock::collapse, "collapse"}};

/// Options of mixture_collapse.
struct MixtureCollapseOptions {
  double mean_amplitude = 1.0;
  double standard_deviation = 1.0;
  DataSetSize size = DataSetSize::points;
  CollapseClock clock = CollapseClock::absolute;
  std::int64_t data_sets = 50;
  std::int64_t evaluations = 100;
  double weight_level = 0.5;
  bool quadrature = true;

  /// Described for `syncgap options`; binds this object's members.
  OptionTable table();
};

}  // namespace syncgap::experiments
