#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <torch/types.h>
#include <vector>

#include "diffusion/conditions.torch.h"
#include "diffusion/sampling_path.h"
#include "experiments/replica_speciation/options.h"
#include "experiments/replica_speciation/scan.h"
#include "experiments/shared/coupling_reach.h"
#include "experiments/shared/image_judge.h"
#include "experiments/shared/replica_noise.h"
#include "parallel/team.h"

// Shapes: M pairs, K values of t_int, S steps of a trajectory.
namespace syncgap::experiments {

/// What pairs are while they are coupled.
struct Coupling {
  double strength = 0;           ///< g
  double noise_correlation = 0;  ///< of the replicas' noise
  std::int64_t told_class = kNoClass;
  CouplingReach reach = {};
};

/// The images of pairs that were never coupled: independent of each other, and samples of the
/// network. Known on every rank.
struct IndependentImages {
  torch::Tensor features;               ///< (M, 2, F)
  torch::Tensor labels;                 ///< (M, 2), int64
  std::array<torch::Tensor, 2> scales;  ///< coarse, fine; (M, 2, numbers)

  /// How alike images of different pairs are, the A of one and the B of another.
  Independent across_pairs() const;
};

/// A judge: what it sees in states (B, C, H, W).
using Look = std::function<ImageViews(const torch::Tensor& states)>;

/// Pairs of replicas that are coupled for a number of steps and then let go. One coupled trunk
/// passes all of them; what is let go at t_int has noise of its own from there on, so that no
/// number depends on which other t_int are asked for.
class DecoupledPairs {
 public:
  /// Runs the trunk, its groups dealt to the ranks of the team. Refers to its arguments.
  /// Collective.
  DecoupledPairs(const ReplicaSpeciationOptions& options, const ReplicaPlan& plan,
                 diffusion::Denoiser denoiser, const ReplicaNoise& noise, const Coupling& coupling,
                 Look look, const parallel::Team& team);

  /// The ends of pairs let go after each of these numbers of steps. Collective.
  std::vector<PairComparison> compare(const std::vector<std::int64_t>& coupled_steps);
  /// Images of some pairs let go at t_int, black 0 and white 1: (pairs, 2, C, H, W). Computed anew,
  /// on this rank.
  torch::Tensor images(std::int64_t coupled_steps, const std::vector<std::int64_t>& pairs) const;
  /// Of t_int = 0, once that was compared.
  const IndependentImages& independent() const { return independent_; }

 private:
  using Group = parallel::Dealt::Group;
  /// A group of pairs, let go after so many steps.
  struct Item {
    std::int64_t place;  ///< of the number of steps, in the list
    std::int64_t coupled_steps;
    Group pairs;
  };

  void run_trunk();
  torch::Tensor end_of(std::int64_t coupled_steps, Group pairs) const;  // (B, 2, C, H, W)
  ImageViews views_of(const torch::Tensor& ends) const;                 // of 2 B images
  std::vector<Item> items(const std::vector<std::int64_t>& coupled_steps) const;
  void note_independent(const ImageViews& views, Group pairs);
  void gather_independent();

  const ReplicaSpeciationOptions& options_;
  const ReplicaPlan& plan_;
  diffusion::Denoiser denoiser_;
  const ReplicaNoise& noise_;
  Coupling coupling_;
  Look look_;
  const parallel::Team& team_;
  diffusion::SamplingPath path_;
  torch::Tensor trunk_;  // (S + 1, M, 2, C, H, W): before each step, and the end
  IndependentImages independent_;
};

}  // namespace syncgap::experiments
