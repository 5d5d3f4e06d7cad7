#include "experiments/shared/pair_classifiers.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/check.h"
#include "data/modality.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

constexpr const char* kModeNames[kModes] = {"u", "v"};

/// MAIN pairs (x, T(x)), black 0 and white 1. (n, 2 C, H, W)
Tensor main_pairs(const data::ImageSet& images, const std::vector<std::uint32_t>& chosen,
                  data::Modality modality) {
  const models::PairStates states(images, chosen, modality, 0.0);
  data::EpochPairs pairs;
  pairs.first.resize(chosen.size());
  std::iota(pairs.first.begin(), pairs.first.end(), 0U);
  pairs.second = pairs.first;
  pairs.swapped.assign(chosen.size(), 0);
  return states.states(pairs, 0, states.count());
}

}  // namespace

std::array<Tensor, kModes> pictures_of_modes(const Tensor& states, double low) {
  const auto channels = states.size(1) / 2;
  const auto shown = (states - low) / (1 - low);
  const auto a = shown.narrow(1, 0, channels), b = shown.narrow(1, channels, channels);
  return {(a + b) / 2, (a - b) * (std::numbers::sqrt2 / 2)};
}

void PairClassifierData::prepare(const CoupledPairOptions& options, const data::ImageSet& images,
                                 const Grid& grid) {
  const auto test_images = read_other_half(options.source);
  labels_ = options.labels();
  const auto checksum = [&](const data::ImageSet& set) {
    return data::checksum(
        set, data::choose_images(set, labels_, 0, data::Subset::first, RandomStream(0, "all")));
  };
  checksum_ = checksum(images);
  test_checksum_ = test_images ? checksum(*test_images) : 0;
  pictures_.clear();
  for (const auto& name : axis_values<std::string>(grid, "modality"))
    for (std::size_t mode = 0; mode < kModes; ++mode)
      pictures_[name][mode] = models::classifier_images(
          images, test_images, labels_,
          [&](const data::ImageSet& set, const std::vector<std::uint32_t>& chosen) {
            return pictures_of_modes(main_pairs(set, chosen, data::modality_of(name)), 0.0)[mode];
          });
}

std::string PairClassifierData::identity(const std::string& modality, std::size_t mode) const {
  std::string classes;
  for (const std::int32_t label : labels_) classes += concat(classes.empty() ? "" : ",", label);
  return concat("data=", checksum_, " test=", test_checksum_, " classes=", classes,
                " modality=", modality, " mode=", kModeNames[mode]);
}

double PairClassifierData::memory() const {
  double bytes = 0;
  for (const auto& [modality, modes] : pictures_)
    for (const models::ClassifierImages& pictures : modes)
      bytes += 4.0 * static_cast<double>(pictures.train.pictures.numel() +
                                         pictures.test.pictures.numel());
  return bytes;
}

PairClassifiers::PairClassifiers(const PairClassifierData& data, const std::string& modality,
                                 const models::ClassifierOptions& options,
                                 const models::DenoiserOptions& denoiser, std::uint64_t sweep_seed,
                                 const parallel::Team& team) {
  for (std::size_t mode = 0; mode < kModes; ++mode) {
    models::ClassifierTask task;
    task.pictures = &data.pictures(modality, mode);
    task.classes = data.classes();
    task.symmetry = mode == 1 ? networks::SignSymmetry::symmetrised : networks::SignSymmetry::none;
    task.sweep_seed = sweep_seed;
    task.data_identity = data.identity(modality, mode);
    classifiers_[mode] = models::trained_classifier(task, options, denoiser, team);
  }
}

std::vector<std::int64_t> PairClassifiers::labels(std::size_t mode, const Tensor& states,
                                                  double low) const {
  const auto labels = classifiers_[mode].predict(pictures_of_modes(states, low)[mode]);
  return {labels.data_ptr<std::int64_t>(), labels.data_ptr<std::int64_t>() + labels.numel()};
}

}  // namespace syncgap::experiments
