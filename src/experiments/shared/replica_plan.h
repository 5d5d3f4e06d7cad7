#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "diffusion/noise_schedule.h"
#include "experiments/shared/replica_options.h"
#include "models/denoiser_options.h"
#include "networks/dit_shape.h"

namespace syncgap::experiments {

using models::seconds_of;

/// A trajectory that is told no class, among the values of axis told_class.
inline constexpr std::int64_t kNoClass = -1;

/// Throws InputError, with what to do, unless experiment.`option` names a file that is there.
void require_given(const std::string& path, const char* option, const std::string& remedy);

/// The split axes of experiments on replicas: g, seed, told_class.
std::vector<Axis> replica_axes(std::vector<double> couplings);
/// Throws InputError for values of g or told_class that there are not.
void check_replica_axes(const ReplicaOptions& options, const Grid& grid);

/// Steps at which the use of context is measured, the values of axis context_step.
std::vector<std::int64_t> context_steps(const ReplicaOptions& options);

/// What each of them records of its network, over axes epoch, context_step and replacement.
std::vector<Axis> replica_network_axes(const ReplicaOptions& options);
void describe_replica_network(ObservableList& list);

/// Options that fit together, with nothing read but the outline of the images.
class ReplicaPlan {
 public:
  /// Throws InputError.
  explicit ReplicaPlan(const ReplicaOptions& options);

  const ReplicaOptions& options() const { return options_; }
  const networks::DiTShape& shape() const { return shape_; }
  const diffusion::NoiseSchedule& schedule() const { return schedule_; }
  /// Steps that a trajectory visits, descending. (S)
  const std::vector<std::int64_t>& visited() const { return visited_; }
  /// Whether images are read: to train on, or to see what a network makes of them.
  bool has_images() const { return !options_.is_published(); }
  std::int64_t trained_images() const { return expected_images_; }
  /// (count, P, C, H, W)
  std::vector<std::int64_t> state_shape(std::int64_t count, std::int64_t replicas = 2) const {
    return {count, replicas, shape_.image_channels, options_.side, options_.side};
  }

  /// Floating-point operations: of training, which all units of a seed share and the first of them
  /// is charged with; of the use of context; and of so many evaluations of a row of replicas, with
  /// and without coupling over so many links, each one way.
  double training_operations(const Unit& unit) const;
  double context_operations() const;
  double sampling_operations(double coupled, double uncoupled, std::int64_t replicas = 2,
                             std::int64_t links = 2) const;
  /// Bytes of the weights, of the images and of a group's evaluation.
  double memory() const;
  double state_bytes() const;

 private:
  ReplicaOptions options_;
  networks::DiTShape shape_;
  diffusion::NoiseSchedule schedule_;
  std::vector<std::int64_t> visited_;
  std::int64_t expected_images_ = 0;
};

}  // namespace syncgap::experiments
