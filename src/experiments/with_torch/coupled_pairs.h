#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <torch/types.h>
#include <vector>

#include "core/grid.h"
#include "core/options.h"
#include "core/random.h"
#include "diffusion/noise_schedule.h"
#include "experiments/image_source.h"
#include "experiments/with_torch/denoiser_options.h"
#include "experiments/with_torch/pair_states.h"
#include "experiments/with_torch/trained_denoiser.h"

namespace syncgap::experiments {

/// Options of every experiment on trained denoisers of coupled pairs. multimodal sec. 5
struct CoupledPairOptions {
  ImageSourceOptions source;
  std::vector<double> classes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  std::int64_t images = 0;
  std::int64_t side = 28;
  double beta_first = 1e-4;
  double beta_last = 0.02;
  std::int64_t threads = 1;
  DenoiserOptions denoiser;

  void describe(OptionTable& table);
};

/// The split axes those experiments share: g, seed, modality, schedule, pixel_low, horizon.
std::vector<Axis> coupled_pair_axes();

/// Images as states, under every reading of the split axes a job asks for; shared by all units.
class CoupledPairs {
 public:
  /// Reads images and checks options and axes together. Throws InputError.
  void prepare(const CoupledPairOptions& options, const Grid& grid);

  const PairStates& states(const Unit& unit) const;
  diffusion::NoiseSchedule schedule(const Unit& unit) const;
  /// What the denoiser of a unit is trained on; refers to this and to `schedule`.
  DenoiserTask task(const Unit& unit, data::Pairing pairing,
                    const diffusion::NoiseSchedule& schedule, std::uint64_t sweep_seed) const;

  std::int64_t image_count() const { return static_cast<std::int64_t>(chosen_.size()); }
  std::int64_t channels() const { return channels_; }  ///< of a state
  std::int64_t longest_horizon() const { return longest_horizon_; }
  /// Names the images, for what else is trained on them.
  std::string data_identity() const;
  /// Operations of one pass of the network over one image, roughly: for estimates of cost.
  double operations_per_pass() const;
  /// Bytes that the states take.
  double memory() const;
  /// Normals of trajectories first, first + 1, ..., each numbered by (trajectory, step).
  torch::Tensor normals(const RandomStream& stream, std::int64_t first, std::int64_t count,
                        std::int64_t planes, std::uint32_t step) const;

 private:
  struct Key {
    std::string modality;
    double low;
    auto operator<=>(const Key&) const = default;
  };

  CoupledPairOptions options_;
  std::vector<std::uint32_t> chosen_;
  std::uint64_t checksum_ = 0;
  std::int64_t channels_ = 0;
  std::int64_t longest_horizon_ = 0;
  std::map<Key, PairStates> states_;
};

}  // namespace syncgap::experiments
