#pragma once

#include <vector>

#include "core/choices.h"
#include "core/grid.h"
#include "core/observable.h"
#include "experiments/network_decisions/options.h"

namespace syncgap::experiments {

/// What the network is told of an image's class; the values of axis `told`.
enum class ToldOfImage { none, own };

inline constexpr Choices kToldOfImage{std::pair{ToldOfImage::none, "none"},
                                      std::pair{ToldOfImage::own, "own"}};

std::vector<Axis> network_decisions_axes(const NetworkDecisionsOptions& options);
std::vector<Observable> network_decisions_observables(const NetworkDecisionsOptions& options);

}  // namespace syncgap::experiments
