#pragma once

#include <string>
#include <utility>

#include "core/choices.h"
#include "core/options.h"
#include "networks/precision.h"

namespace syncgap::models {

/// auto: a CUDA device where this rank has one, else the processor.
enum class DeviceChoice { automatic, cpu };

inline constexpr Choices kDeviceChoices{std::pair{DeviceChoice::automatic, "auto"},
                                        std::pair{DeviceChoice::cpu, "cpu"}};

/// Where and in what precision networks compute, and where models are kept.
struct Place {
  DeviceChoice device_choice = DeviceChoice::automatic;
  networks::Precision precision = networks::Precision::single;
  std::string models = "out/models";

  /// Binds the members.
  void describe(OptionTable& table);
};

}  // namespace syncgap::models
