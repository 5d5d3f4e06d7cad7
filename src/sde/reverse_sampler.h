#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/random.h"
#include "sde/reverse_problem.h"
#include "sde/step_tables.h"
#include "sde/trial_block.h"

namespace syncgap::sde {

/// Coordinates of many trials along u and v.
struct PlanePositions {
  std::vector<float> u, v;
};

/// What an observer sees: a block of trials at one time, all samplers.
class BlockView {
 public:
  BlockView(const StepTables& tables, const TrialBlock& block, std::size_t trials, std::size_t step)
      : tables_(tables), block_(block), trials_(trials), step_(step) {}

  std::size_t trials() const { return trials_; }
  /// The time is t_step; 0 at the end.
  std::size_t step() const { return step_; }
  /// X of a sampler: its own reversed one (joint) or the forward path (printed, path).
  PlanePositions source(std::size_t sampler) const;
  PlanePositions target(std::size_t sampler) const;
  /// Sum of y^2 over the d - 2 directions outside the plane; empty in Space::plane.
  std::vector<double> target_outside(std::size_t sampler) const;

 private:
  std::span<const float> target_state(std::size_t sampler) const;
  std::span<const float> source_state(std::size_t sampler) const;
  PlanePositions project(std::span<const float> state) const;

  const StepTables& tables_;
  const TrialBlock& block_;
  std::size_t trials_;
  std::size_t step_;
};

/// Random streams of a run. Noise is addressed by (trial, step, component) and by `seed` alone:
/// all samplers and all angles of one seed share their class labels, forward paths (in the
/// coordinates of u and v) and reverse noise. Plane and full runs have independent numbers.
struct ReverseStreams {
  ReverseStreams(std::uint64_t sweep_seed, std::int64_t seed, Space space);

  RandomStream label;          ///< (trial, 0, 0): the class of the forward path
  RandomStream forward_noise;  ///< step 0: x_0 within its class; step 1: the path
  RandomStream start_class;    ///< (trial, 0, 0): the class of y_N
  RandomStream reverse_noise;  ///< step 0: y_N within its class; step k: the step from t_k
};

/// Runs trials of all samplers of a problem at one angle, side by side on the same noise:
/// X_{0:T} forward from the data, Y_T from its exact law, then Y (or X and Y) back to 0 by
/// Euler-Maruyama (multimodal (143), time direction of corrections E0.21). Floats inside, in a
/// fixed order per trial: results depend neither on the vector width nor on how trials are divided.
class ReverseSampler {
 public:
  using Observer = std::function<void(const BlockView&)>;

  ReverseSampler(const ReverseProblem& problem, const TwoClassData& data, Space space,
                 const ReverseStreams& streams);

  /// Runs trials [first_trial, first_trial + trials), block after block. `observe` is called at
  /// t_k for every k of `observed_steps` (decreasing, each in 1 .. N) and at the end with k = 0.
  void run(std::uint64_t first_trial, std::size_t trials,
           std::span<const std::size_t> observed_steps, const Observer& observe);

  /// Bytes of one sampler's working memory.
  static double memory(const ReverseProblem& problem, std::size_t dimension, Space space);
  /// Trials of one block.
  static constexpr std::size_t block_trials(Space space) { return space == Space::plane ? 64 : 16; }

 private:
  void draw_source(std::uint64_t first_trial);
  void draw_start(std::uint64_t first_trial);
  void start_target(std::size_t sampler, std::span<const float> centre,
                    std::span<const float> class_signs, std::span<float> target);

  TwoClassData data_;
  ReverseStreams streams_;
  StepTables tables_;
  TrialBlock block_;
  std::vector<float> labels_;         ///< class of each trial's forward path
  std::vector<float> start_uniform_;  ///< decides the class of y_N
};

}  // namespace syncgap::sde
