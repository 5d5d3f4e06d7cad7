#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/grid.h"
#include "core/options.h"
#include "theory/collapse.h"
#include "theory/coupling_schedule.h"
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

/// g(t) / g: the values of axis `schedule`.
enum class CouplingShape { constant, late, early, linear, cosine, piecewise };

inline constexpr Choices kCouplingShapes{std::pair{CouplingShape::constant, "constant"},
                                         std::pair{CouplingShape::late, "late"},
                                         std::pair{CouplingShape::early, "early"},
                                         std::pair{CouplingShape::linear, "linear"},
                                         std::pair{CouplingShape::cosine, "cosine"},
                                         std::pair{CouplingShape::piecewise, "piecewise"}};

/// The values of axis `graph`; `given` is the option `adjacency`.
enum class ModalityGraph { complete, ring, star, given };

inline constexpr Choices kModalityGraphs{
    std::pair{ModalityGraph::complete, "complete"}, std::pair{ModalityGraph::ring, "ring"},
    std::pair{ModalityGraph::star, "star"}, std::pair{ModalityGraph::given, "given"}};

/// Whether g is the strength of one edge of the graph, or of its common mode.
enum class GraphScale { edge, spectral };

inline constexpr Choices kGraphScales{std::pair{GraphScale::edge, "edge"},
                                      std::pair{GraphScale::spectral, "spectral"}};

/// Whether signal and log n grow with the number of modalities.
enum class SizeScaling { per_modality, total };

inline constexpr Choices kSizeScalings{std::pair{SizeScaling::per_modality, "per_modality"},
                                       std::pair{SizeScaling::total, "total"}};

/// Options of `coupled_ou`; defaults are those of figures 1 and 4.
struct CoupledOuOptions {
  Relaxation relaxation = Relaxation::symmetric;
  std::vector<Quantity> quantities = {Quantity::speciation, Quantity::collapse};

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

  GraphScale graph_scale = GraphScale::spectral;
  SizeScaling size_scaling = SizeScaling::per_modality;
  std::vector<double> adjacency;

  /// Binds the members: keep this object in place while the table is used.
  OptionTable table();

  bool computes(Quantity quantity) const;
  /// Data as kappa sees them: mean squares times the dimension (corrections E0.3).
  theory::DataLaw data_law() const;
  theory::CouplingSchedule schedule(CouplingShape shape, double strength) const;
};

/// Throws InputError for options and the axes both matrices share that make no sense together.
void check_coupled_ou(const CoupledOuOptions& options, const Grid& grid);

}  // namespace syncgap::experiments
