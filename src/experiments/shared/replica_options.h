#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/options.h"
#include "diffusion/guidance.h"
#include "diffusion/noise_schedule.h"
#include "diffusion/step_grid.h"
#include "experiments/shared/image_source.h"
#include "experiments/shared/schedule_options.h"
#include "models/transformer_options.h"
#include "networks/dit_shape.h"

namespace syncgap::experiments {

/// What g is where it changes over a trajectory: its mean over the steps, so that all schedules
/// have the same coupling in all; or what the schedule's shape multiplies.
enum class CouplingBudget { kept, free };

inline constexpr Choices kCouplingBudgets{std::pair{CouplingBudget::kept, "kept"},
                                          std::pair{CouplingBudget::free, "free"}};

/// Options of every experiment on a diffusion transformer and pairs of its replicas: one that is
/// trained here on images, or a published one whose states are latents. dit sec. 3
struct ReplicaOptions {
  ImageSourceOptions source;
  std::vector<std::int64_t> classes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  std::int64_t images = 0;
  std::int64_t side = 28;
  std::string published;  ///< "XL/2"; empty: a network of the other options, on images
  std::int64_t horizon = 1000;
  double beta_first = 1e-4;
  double beta_last = 0.02;
  std::int64_t steps = 100;
  diffusion::StepGrid step_grid = diffusion::StepGrid::even;
  diffusion::Guidance guidance;
  double start_spread = 0.5;
  std::int64_t pairs = 32;
  /// Shapes of g over a trajectory, whose forward time is 0 at the clean image and 1 at the noise.
  ScheduleOptions coupling{.switch_time = 0.5, .ramp_time = 1};
  CouplingBudget budget = CouplingBudget::kept;
  std::int64_t group = 16;
  std::int64_t context_samples = 128;
  double least_context_rise = 0.02;
  std::int64_t threads = 1;
  models::TransformerOptions transformer;

  /// Binds the members.
  void describe(OptionTable& table);
  /// What g does over the steps: for experiments with the axes of coupling_reach_axes.
  void describe_schedules(OptionTable& table);
  /// The same without what only pairs have: for experiments on single images.
  void describe_network(OptionTable& table);

  bool is_published() const { return !published.empty(); }
  std::vector<std::int32_t> labels() const { return {classes.begin(), classes.end()}; }
  /// Labels the network is told.
  std::int64_t told_classes() const;
  /// The network for images of so many channels; a published one's are latents of 4. Throws
  /// InputError where there is none.
  networks::DiTShape shape(std::int64_t image_channels) const;
  diffusion::NoiseSchedule schedule() const;
  /// Steps of the schedule that a trajectory visits, descending. Throws InputError.
  std::vector<std::int64_t> visited() const;
};

}  // namespace syncgap::experiments
