#include "models/place.h"

#include <torch/cuda.h>

#include "core/check.h"

namespace syncgap::models {

void Place::describe(OptionTable& table) {
  table
      .add("device", device_choice, kDeviceChoices, "",
           "where networks compute: auto (a CUDA device where this rank has one, else cpu) or cpu; "
           "the last digits differ between them")
      .place();
  table.add("precision", precision, networks::kPrecisions, "",
            "of convolutions and products: single, or bf16 with norms, losses and the optimizer in "
            "single");
  table.add("models", models, "", "folder of trained models, shared by all jobs").place();
}

torch::Device Place::device(const std::optional<int>& own) const {
  if (device_choice == DeviceChoice::cpu || !own || !torch::cuda::is_available())
    return torch::kCPU;
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(*own)};
}

Fact Place::arithmetic(const std::optional<int>& own) const {
  return {"arithmetic", concat(device(own).is_cuda() ? "cuda" : "cpu", ", ",
                               networks::kPrecisions.word(precision))};
}

}  // namespace syncgap::models
