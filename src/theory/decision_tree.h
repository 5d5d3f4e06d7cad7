#pragma once

#include <span>
#include <vector>

#include <Eigen/Core>

#include "theory/data_mixture.h"

namespace syncgap::theory {

/// How two paths of modes become one as the noise grows.
enum class BranchingKind {
  continuous,  ///< a pitchfork: the paths meet at a fixed point that was unstable between them
  jump,        ///< a fold: one mode meets a saddle and vanishes, its path goes on at another mode
  unresolved,  ///< bracketed only, to the relative width given by kBranchingBracket
};

/// One decision, information section 5: below `noise` the paths of `branches` are apart, above it
/// they are one. Each branch lists the components whose paths it carries, ascending.
struct Branching {
  double noise = 0.0;  ///< reduced noise s
  BranchingKind kind = BranchingKind::unresolved;
  Eigen::VectorXd position;  ///< of the fixed point that loses or gains stability, in units of y
  std::vector<std::vector<int>> branches;
};

/// The paths of modes that start at the K components (points, or means of Gaussians), followed
/// uphill from weak noise to strong. Shape letters: L levels, K components, D dimensions.
struct DecisionTree {
  std::vector<Branching> branchings;  ///< ascending noise
  /// positions[level] (D, K): where the path of each component is, in units of y.
  std::vector<Eigen::MatrixXd> positions;
  /// stability[level] (K): largest eigenvalue of s J on the path, negative; 0 on a level at which
  /// paths meet.
  std::vector<Eigen::VectorXd> stability;
  /// mode_of[level][k]: paths with the same number share a mode.
  std::vector<std::vector<int>> mode_of;

  /// The decision that parts two paths; null for the same path, or for ones that never part or
  /// never meet between the first level and the last.
  const Branching* branching(int first, int second) const;
  /// Noise at which the paths of two components become one: 0 for the same, infinity if they never
  /// do below the last level.
  double branching_noise(int first, int second) const;
};

/// Relative width in s to which an event is bracketed before it is refined or given up.
inline constexpr double kBranchingBracket = 1e-5;

/// Follows every path over `levels`, ascending noises. Between levels the noise grows by steps of
/// at most 2 percent; events are found by bisection and refined to rounding, wherever the levels
/// lie.
DecisionTree follow_paths(const DataMixture& data, std::span<const double> levels);

}  // namespace syncgap::theory
