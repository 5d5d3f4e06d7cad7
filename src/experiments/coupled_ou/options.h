#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/grid.h"
#include "core/options.h"
#include "experiments/shared/schedule_options.h"
#include "theory/collapse.h"
#include "theory/coupling_graph.h"
#include "theory/speciation.h"

namespace syncgap::experiments {

enum class Relaxation { symmetric, triangular };

inline constexpr Choices kRelaxations{std::pair{Relaxation::symmetric, "symmetric"},
                                      std::pair{Relaxation::triangular, "triangular"}};

/// What to compute.
enum class Quantity { speciation, collapse, critical_coupling, curves, large_deviations };

inline constexpr Choices kQuantities{std::pair{Quantity::speciation, "speciation"},
                                     std::pair{Quantity::collapse, "collapse"},
                                     std::pair{Quantity::critical_coupling, "critical_coupling"},
                                     std::pair{Quantity::curves, "curves"},
                                     std::pair{Quantity::large_deviations, "large_deviations"}};

/// The values of axis `graph`; `given` is the option `adjacency`.
enum class ModalityGraph { complete, ring, star, given };

inline constexpr Choices kModalityGraphs{
    std::pair{ModalityGraph::complete, "complete"}, std::pair{ModalityGraph::ring, "ring"},
    std::pair{ModalityGraph::star, "star"}, std::pair{ModalityGraph::given, "given"}};

/// Whether signal and log n grow with the number of modalities.
enum class SizeScaling { per_modality, total };

inline constexpr Choices kSizeScalings{std::pair{SizeScaling::per_modality, "per_modality"},
                                       std::pair{SizeScaling::total, "total"}};

/// Options of `coupled_ou`; defaults are those of figures 1 and 4.
struct CoupledOuOptions : ScheduleOptions {
  Relaxation relaxation = Relaxation::symmetric;
  std::vector<Quantity> quantities = {Quantity::speciation, Quantity::collapse};

  double beta = 1.0;
  double noise_variance = 2.0;
  double variance_x = 1.0, variance_y = 1.0;
  double mean_square_x = 1.0, mean_square_y = 1.0;
  std::int64_t dimension = 1;
  double alpha = 1.0;
  double conditional_alpha_ratio = 1.0;

  theory::GraphScale graph_scale = theory::GraphScale::spectral;
  SizeScaling size_scaling = SizeScaling::per_modality;
  std::vector<double> adjacency;

  /// Binds the members: keep this object in place while the table is used.
  OptionTable table();

  bool computes(Quantity quantity) const;
  /// Data as kappa sees them: mean squares times the dimension (corrections E0.3).
  theory::DataLaw data_law() const;
};

/// Throws InputError for options and the axes both matrices share that make no sense together.
void check_coupled_ou(const CoupledOuOptions& options, const Grid& grid);

}  // namespace syncgap::experiments
