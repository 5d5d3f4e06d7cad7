#include "models/compute_device.h"

#include <torch/cuda.h>

#include "core/check.h"

namespace syncgap::models {

torch::Device compute_device(const Place& place, const std::optional<int>& own) {
  if (place.device_choice == DeviceChoice::cpu || !own || !torch::cuda::is_available())
    return torch::kCPU;
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(*own)};
}

Fact arithmetic_fact(const Place& place, const std::optional<int>& own) {
  return {"arithmetic", concat(compute_device(place, own).is_cuda() ? "cuda" : "cpu", ", ",
                               networks::kPrecisions.word(place.precision))};
}

}  // namespace syncgap::models
