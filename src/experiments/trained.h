#pragma once

#include <memory>
#include <optional>

#include "core/torch_part.h"
#include "experiments/experiment.h"

namespace syncgap::experiments {

// Experiments that train networks say what they are in any build and without LibTorch; what they
// prepare and run needs it.
#define TRAINED_EXPERIMENT(name, Options)                                          \
  struct Options;                                                                  \
  std::unique_ptr<const Prepared> prepare_##name(const Options&, const Grid& grid, \
                                                 std::optional<int> device);
#include "experiments/table.def"

template <class Options>
using Prepare = std::unique_ptr<const Prepared> (*)(const Options&, const Grid&,
                                                    std::optional<int> device);

/// `prepare` of each of them, exported as kTrainedTable.
struct TrainedExperiments {
#define TRAINED_EXPERIMENT(name, Options) Prepare<Options> name;
#include "experiments/table.def"
};
inline constexpr const char* kTrainedTable = "syncgap_trained_table";

/// `prepare` of a declaration: that of the table, which is opened then.
template <auto member, class Options>
std::unique_ptr<const Prepared> prepare_trained(const Options& options, const Grid& grid,
                                                std::optional<int> device) {
  return (torch_table_as<TrainedExperiments>(kTrainedTable).*member)(options, grid, device);
}

}  // namespace syncgap::experiments
