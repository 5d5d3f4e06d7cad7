#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/observable.h"
#include "core/results.h"

namespace syncgap::experiments {

/// What every experiment records of a denoiser it trained: training_loss by epoch, as `source` has
/// it, parameters and image_count.
void describe_training(ObservableList& list, const std::string& source);
/// Fills these. `loss` by epoch: empty, and so without a value, where the weights were given.
void store_training(std::span<const double> loss, std::int64_t parameters, std::int64_t images,
                    Results& results);

}  // namespace syncgap::experiments
