#pragma once

#include <string>
#include <vector>

#include "core/grid.h"
#include "experiments/shared/replica_options.h"
#include "experiments/shared/replica_plan.h"

// Shapes: L blocks of h heads, S steps of a reverse trajectory.
namespace syncgap::experiments {

/// Where and when the coupling of replicas acts, and between whom.
struct CouplingReach {
  /// 1 for blocks that couple, 0 for the others (L); empty: all blocks, all heads.
  std::vector<float> layers;
  /// The same of the heads of these blocks, (h); empty: all heads.
  std::vector<float> heads;
  /// g(s) / g of each step s of a trajectory, (S); empty: 1 at all of them.
  std::vector<double> steps;
  /// Weights of who sees whom, row by row, (P, P), as theory::replica_weights has them; empty: a
  /// pair.
  std::vector<double> graph = {};

  /// Share of all blocks, heads and steps in which replicas see each other.
  double share() const;
};

/// The split axes that say so, each with one value by default: everywhere and always.
std::vector<Axis> coupling_reach_axes();
/// Throws InputError for values of these axes that the network or a trajectory has not, and for a g
/// that a schedule takes out of [0, 1].
void check_coupling_reach(const ReplicaPlan& plan, const Grid& grid);
/// Of a unit of such axes, once they were checked.
CouplingReach coupling_reach(const ReplicaPlan& plan, const Unit& unit);

/// Blocks that a value of axis coupled_layers names, 1 or 0 each, (L). Blocks are numbered as on
/// axis `layer` of layer_energies, from 1: block k makes the hidden states of layer k of those
/// before it. Throws InputError.
std::vector<float> named_layers(const std::string& name, std::int64_t depth);
/// Heads that a value of axis coupled_heads names, from 0. (h) Throws InputError.
std::vector<float> named_heads(const std::string& name, std::int64_t heads);
/// g(s) / g at each step of a trajectory, the first, at the noise, being 0; by the options' budget.
/// (S) Throws InputError for a schedule that is not there, or acts nowhere or backwards.
std::vector<double> schedule_factors(const std::string& name, const ReplicaOptions& options);

}  // namespace syncgap::experiments
