#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/grid.h"
#include "core/observable.h"
#include "experiments/transformer_quality/options.h"

namespace syncgap::experiments {

/// Images that are compared with real test images; the values of axis `compared`.
enum class Compared { told, free, training };

inline constexpr Choices kCompared{std::pair{Compared::told, "told"},
                                   std::pair{Compared::free, "free"},
                                   std::pair{Compared::training, "training"}};
inline constexpr std::int64_t kComparedCount = 3;

std::vector<Axis> transformer_quality_axes(const TransformerQualityOptions& options);
std::vector<Observable> transformer_quality_observables(const TransformerQualityOptions& options);

}  // namespace syncgap::experiments
