#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/grid.h"
#include "core/options.h"
#include "diffusion/noise_schedule.h"
#include "experiments/shared/image_source.h"
#include "models/denoiser_options.h"
#include "models/pair_states.h"
#include "models/trained_denoiser.h"

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
  models::DenoiserOptions denoiser;

  void describe(OptionTable& table);
  std::vector<std::int32_t> labels() const;  ///< classes, as images carry them
};

/// The split axes those experiments share: g, seed, modality, schedule, pixel_low, horizon.
std::vector<Axis> coupled_pair_axes();

/// What every one of them records of its training, over axis epoch where it is a curve.
void describe_training(ObservableList& list);

/// Images as states, under every reading of the split axes a job asks for; shared by all units.
class CoupledPairs {
 public:
  /// Checks options, axes and images together. Throws InputError.
  void prepare(const CoupledPairOptions& options, const data::ImageSet& images, const Grid& grid);

  const models::PairStates& states(const Unit& unit) const;
  diffusion::NoiseSchedule schedule(const Unit& unit) const;
  /// What the denoiser of a unit is trained on; refers to this and to `schedule`.
  models::DenoiserTask task(const Unit& unit, data::Pairing pairing,
                            const diffusion::NoiseSchedule& schedule,
                            std::uint64_t sweep_seed) const;

  /// Fills what describe_training declares.
  void store_training(const models::TrainedDenoiser& model,
                      const diffusion::NoiseSchedule& schedule, Results& results) const;

  std::int64_t image_count() const { return static_cast<std::int64_t>(chosen_.size()); }
  std::int64_t channels() const { return channels_; }  ///< of a state
  std::int64_t longest_horizon() const { return longest_horizon_; }
  /// Names the images, for what else is trained on them.
  std::string data_identity() const;
  /// Seconds of training and of so many evaluations of the network, roughly.
  double cost(double evaluations) const;
  /// Bytes of one state.
  double state_bytes() const;
  /// Bytes that the states take.
  double memory() const;

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
  std::map<Key, models::PairStates> states_;
};

}  // namespace syncgap::experiments
