#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/random.h"
#include "sde/denoised_step.h"

namespace syncgap::sde {

/// What a denoiser says about a batch of B states in R^d.
struct Denoised {
  std::vector<double> means;           ///< E[a | x]; (B, d)
  std::vector<std::uint32_t> nearest;  ///< data point of largest posterior weight; (B)
  std::vector<std::uint8_t> settled;   ///< whether the trajectory is bound to end there; (B)
};

/// E[a | x_t] at `time` for states (B, d).
using Denoiser = std::function<Denoised(double time, std::span<const double> states)>;

enum class StepScheme { ancestral, euler };

/// Reverse trajectories under a denoiser, cloned on the way. Each trajectory's trunk runs once from
/// the horizon to t = 0 and leaves one clone at every branch; trunks and open clones advance as one
/// batch. A clone that has settled is dropped, its end being known.
struct DenoisedCloning {
  std::vector<double> times;              ///< t_0 = 0 < t_1 < ... < t_L, the horizon
  std::vector<std::size_t> branch_steps;  ///< k at which clones leave, each in [1, L], any order
  std::size_t dimension = 0;
  StepScheme scheme = StepScheme::ancestral;
};

/// The trunks at one step, before it is taken.
struct TrunkView {
  std::size_t step;
  double time;
  std::span<const double> states;  ///< (M, d)
  const Denoised& denoised;        ///< rows 0 ... M - 1; at step 0 those of step 1
};

/// Where trajectories and their clones end, as data points.
struct CloneFates {
  std::vector<std::uint32_t> trunk;   ///< (M)
  std::vector<std::uint32_t> clones;  ///< (branches, M)
};

/// Runs trajectories first, first + 1, ... (M of them), from a standard normal start. Noise of
/// trunk and clones comes from streams made of (seed, coordinate), a clone's also of the step it
/// left at, and is numbered by (trajectory, step, coordinate): no trajectory or clone depends on
/// how they are batched or on what else leaves, and branches at one step leave the same clone.
CloneFates run_cloned(const DenoisedCloning& plan, const Denoiser& denoise, std::uint64_t seed,
                      StreamCoordinate coordinate, std::size_t first, std::size_t trajectories,
                      const std::function<void(const TrunkView&)>& observe);

}  // namespace syncgap::sde
