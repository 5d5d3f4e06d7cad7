#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "data/image_set.h"
#include "diffusion/noise_schedule.h"
#include "experiments/trained_regimes/options.h"

namespace syncgap::experiments {

/// Generation of single images with clones.
struct SamplePlan {
  const diffusion::NoiseSchedule* schedule = nullptr;
  std::vector<std::int64_t> branch_steps;  ///< at which clones leave, distinct, increasing
  std::int64_t trajectories = 0;
  std::int64_t group = 32;         ///< that advance together
  std::int64_t nearest_every = 1;  ///< steps between two looks for the nearest image
  std::int64_t neighbours = 4;     ///< training images kept of each, at least 2
  std::int64_t kept = 0;           ///< images of the first trajectories
};

/// Options and axes that fit together, with nothing read but the outline of the images.
class TrainedRegimesPlan {
 public:
  /// Throws InputError.
  TrainedRegimesPlan(const TrainedRegimesOptions& options, const Grid& grid);

  const TrainedRegimesOptions& options() const { return options_; }
  const diffusion::NoiseSchedule& schedule() const { return schedule_; }
  const std::vector<double>& times() const { return times_; }
  std::int64_t paths() const { return paths_; }
  std::int64_t trajectories() const { return trajectories_; }
  std::int64_t progress() const { return progress_; }
  std::int64_t neighbours() const { return neighbours_; }
  const std::vector<std::int64_t>& strips() const { return strips_; }
  /// Time of the step nearest to each branch time, and that step among the sample plan's.
  const std::vector<double>& clone_times() const { return clone_times_; }
  std::int64_t branch(std::int64_t branch_time) const;
  /// What is generated; refers to this.
  SamplePlan sample_plan() const;

  double cost(const Unit& unit) const;
  double memory() const;

 private:
  void read_branches(const Grid& grid);
  void check_sizes() const;

  TrainedRegimesOptions options_;
  data::ImageOutline outline_;
  diffusion::NoiseSchedule schedule_;
  std::vector<double> times_, clone_times_;
  std::vector<std::int64_t> branch_steps_;    // of each branch time; two may share one
  std::vector<std::int64_t> distinct_steps_;  // the different ones, increasing
  std::vector<std::int64_t> strips_;
  std::int64_t trajectories_, neighbours_, progress_, paths_;
  double most_images_ = 0;
};

}  // namespace syncgap::experiments
