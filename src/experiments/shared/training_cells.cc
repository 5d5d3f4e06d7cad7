#include "experiments/shared/training_cells.h"

#include "core/numbers.h"

namespace syncgap::experiments {

void describe_training(ObservableList& list, const std::string& source) {
  list.add("training_loss", {"epoch"}, "mean denoising loss of an epoch", "1", source);
  list.add("parameters", {}, "numbers of the denoiser that were trained", "1", "syncgap");
  list.add("image_count", {}, "images trained on", "1", "syncgap");
}

void store_training(std::span<const double> loss, std::int64_t parameters, std::int64_t images,
                    Results& results) {
  auto cells = results.cells("training_loss");
  if (loss.empty())
    cells.none();
  else
    cells.assign(loss);
  results.cells("parameters").set(to_real(parameters));
  results.cells("image_count").set(to_real(images));
}

}  // namespace syncgap::experiments
