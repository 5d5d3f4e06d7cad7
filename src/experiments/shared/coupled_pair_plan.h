#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/grid.h"
#include "core/observable.h"
#include "core/options.h"
#include "diffusion/noise_schedule.h"
#include "experiments/shared/image_source.h"
#include "models/denoiser_options.h"

namespace syncgap::experiments {

/// The values of axis `schedule`: beta linear as given, linear with its ends times 1000 / T, or
/// cosine.
enum class BetaSchedule { linear, scaled, cosine };

inline constexpr Choices kBetaSchedules{std::pair{BetaSchedule::linear, "linear"},
                                        std::pair{BetaSchedule::scaled, "scaled"},
                                        std::pair{BetaSchedule::cosine, "cosine"}};

/// Common and difference mode, in this order; the values of axis `mode`.
inline constexpr std::int64_t kModes = 2;

/// Options of every experiment on trained denoisers of coupled pairs. multimodal sec. 5
struct CoupledPairOptions {
  ImageSourceOptions source;
  std::vector<std::int64_t> classes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  std::int64_t images = 0;
  std::int64_t side = 28;
  double beta_first = 1e-4;
  double beta_last = 0.02;
  std::int64_t threads = 1;
  models::DenoiserOptions denoiser;

  void describe(OptionTable& table);
  std::vector<std::int32_t> labels() const { return {classes.begin(), classes.end()}; }
};

/// The split axes those experiments share: g, seed, modality, schedule, pixel_low, horizon.
std::vector<Axis> coupled_pair_axes(std::vector<double> couplings, std::vector<std::int64_t> seeds);

/// What every one of them records of its training, over axis epoch where it is a curve.
void describe_pair_training(ObservableList& list);

/// Options and axes that fit together, with nothing read but the outline of the images.
class CoupledPairPlan {
 public:
  /// Throws InputError.
  CoupledPairPlan(const CoupledPairOptions& options, const Grid& grid);

  const CoupledPairOptions& options() const { return options_; }
  std::int64_t image_channels() const { return image_channels_; }
  std::int64_t longest_horizon() const { return longest_horizon_; }
  /// (count, 2, C, H, W)
  std::vector<std::int64_t> state_shape(std::int64_t count) const {
    return {count, 2, image_channels_, options_.side, options_.side};
  }
  diffusion::NoiseSchedule schedule(const Unit& unit) const;

  /// Seconds of training and of so many evaluations of the network, roughly.
  double cost(double evaluations) const;
  /// Bytes of one state, of its evaluation by the network, and of all that are trained on.
  double state_bytes() const;
  double evaluation_bytes() const;
  double memory() const;

 private:
  CoupledPairOptions options_;
  std::int64_t expected_images_ = 0, image_channels_ = 0, longest_horizon_ = 0;
  std::int64_t readings_ = 0;  ///< of the images as states
};

/// Bytes of what PairClassifierData holds, before it is read.
double pair_classifier_memory(const CoupledPairPlan& plan, const Grid& grid);

}  // namespace syncgap::experiments
