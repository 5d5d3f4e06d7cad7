#include "experiments/shared/pair_classifiers.h"

#include <numbers>
#include <numeric>

#include "core/check.h"
#include "core/checksum.h"
#include "core/expect_shape.h"
#include "core/numbers.h"
#include "data/modality.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/image_source.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

constexpr const char* kModeNames[kModes] = {"u", "v"};

/// MAIN pairs (x, T(x)), black 0 and white 1. (n, 2, C, H, W)
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

std::array<Tensor, kModes> images_of_modes(const Tensor& states, double low) {
  SYNCGAP_EXPECTS_SHAPE(states, -1, 2, -1, -1, -1);
  const auto shown = (states - low) / (1 - low);
  const auto a = shown.select(1, 0), b = shown.select(1, 1);
  return {(a + b) / 2, (a - b) * (std::numbers::sqrt2 / 2)};
}

PairClassifierData::PairClassifierData(const CoupledPairOptions& options,
                                       const data::ImageSet& images,
                                       const std::optional<data::ImageSet>& test_images,
                                       const Grid& grid)
    : labels_(options.labels()) {
  const auto checksum = [&](const data::ImageSet& set) {
    return data::checksum(set, data::images_of_classes(set, labels_));
  };
  checksum_ = checksum(images);
  test_checksum_ = test_images ? checksum(*test_images) : 0;
  for (const data::Modality modality : axis_choices(grid, "modality", data::kModalities))
    for (std::int64_t mode = 0; mode < kModes; ++mode)
      images_[modality][mode] = models::classifier_images(
          images, test_images, labels_,
          [&](const data::ImageSet& set, const std::vector<std::uint32_t>& chosen) {
            return images_of_modes(main_pairs(set, chosen, modality), 0.0)[mode];
          });
}

Facts PairClassifierData::facts(data::Modality modality, std::int64_t mode) const {
  return {{"data", checksum_text(checksum_)},
          {"test data", checksum_text(test_checksum_)},
          {"classes", class_list(labels_)},
          {"modality", data::kModalities.word(modality)},
          {"mode", kModeNames[mode]}};
}

PairClassifiers::PairClassifiers(const PairClassifierData& data, data::Modality modality,
                                 const models::ClassifierOptions& options,
                                 const models::DenoiserSettings& denoiser, std::uint64_t sweep_seed,
                                 const parallel::Team& team) {
  for (std::int64_t mode = 0; mode < kModes; ++mode) {
    models::ClassifierTask task;
    task.images = &data.images(modality, mode);
    task.classes = data.classes();
    task.symmetry = mode == 1 ? networks::SignSymmetry::symmetrised : networks::SignSymmetry::none;
    task.sweep_seed = sweep_seed;
    task.facts = data.facts(modality, mode);
    classifiers_[mode] = models::trained_classifier(task, options, denoiser, team);
  }
}

std::vector<std::int64_t> PairClassifiers::labels(std::int64_t mode, const Tensor& states,
                                                  double low) const {
  const auto labels = classifiers_[mode].predict(images_of_modes(states, low)[mode]);
  return {labels.data_ptr<std::int64_t>(), labels.data_ptr<std::int64_t>() + labels.numel()};
}

}  // namespace syncgap::experiments
