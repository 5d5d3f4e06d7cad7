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
#include "theory/replica_modes.h"

// Shapes: M rows of P replicas, 2 of a pair; K values of t_int, S steps of a trajectory.
namespace syncgap::experiments {

/// What the replicas of a row are while they are coupled.
struct Coupling {
  double strength = 0;           ///< g
  double noise_correlation = 0;  ///< of the replicas' noise
  std::int64_t told_class = kNoClass;
  CouplingReach reach = {};
  std::int64_t replicas = 2;
  /// Modes of their differences that are compared by themselves; of a pair there is one, which is
  /// what the pair's comparison says.
  std::vector<theory::DifferenceModes> modes = {};

  /// By what a row is compared: every two of its replicas, and each of several modes.
  std::int64_t comparisons() const { return modes.size() > 1 ? 1 + std::ssize(modes) : 1; }
};

/// The images of rows that were never coupled: independent of each other, and samples of the
/// network. Known on every rank.
struct IndependentImages {
  torch::Tensor features;               ///< (M, P, F)
  torch::Tensor labels;                 ///< (M, P), int64
  std::array<torch::Tensor, 2> scales;  ///< coarse, fine; (M, P, numbers)

  /// How alike images of different rows are, the A of one and the B of another.
  Independent across_pairs() const;
};

/// A judge: what it sees in states (B, C, H, W).
using Look = std::function<ImageViews(const torch::Tensor& states)>;

/// Rows of replicas that are coupled for a number of steps and then let go. One coupled trunk
/// passes all of them; what is let go at t_int has noise of its own from there on, so that no
/// number depends on which other t_int are asked for.
class DecoupledPairs {
 public:
  /// Runs the trunk, its groups dealt to the ranks of the team. Refers to its arguments.
  /// Collective.
  DecoupledPairs(const ReplicaSpeciationOptions& options, const ReplicaPlan& plan,
                 diffusion::Denoiser denoiser, const ReplicaNoise& noise, const Coupling& coupling,
                 Look look, const parallel::Team& team);

  /// The ends of rows let go after each of these numbers of steps. Collective.
  std::vector<RowComparison> compare(const std::vector<std::int64_t>& coupled_steps);
  /// Images of the first two replicas of some rows let go at t_int, black 0 and white 1: (rows, 2,
  /// C, H, W). Computed anew, on this rank.
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
  torch::Tensor end_of(std::int64_t coupled_steps, Group pairs) const;  // (B, P, C, H, W)
  ImageViews views_of(const torch::Tensor& ends) const;                 // of P B images
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
  torch::Tensor trunk_;  // (S + 1, M, P, C, H, W): before each step, and the end
  IndependentImages independent_;
};

}  // namespace syncgap::experiments
