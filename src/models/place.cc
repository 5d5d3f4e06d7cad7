#include "models/place.h"

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
  table.add("models", models, "", "folder of trained models, shared by all jobs").path().place();
}

}  // namespace syncgap::models
