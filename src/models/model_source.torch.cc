#include "models/model_source.h"

#include <algorithm>
#include <fstream>
#include <torch/version.h>
#include <vector>

#include "core/check.h"
#include "core/checksum.h"
#include "models/compute_device.h"
#include "parallel/together.h"
#include "tensor_files/tensor_file.h"
#include "training/share_weights.h"

namespace syncgap::models {

Fact weights_fact(const std::string& name, const std::string& file, const std::string& option) {
  Checksum sum;
  std::vector<char> piece(1 << 20);
  const auto add = [&](const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    require_input(in.is_open(), "cannot open the file of weights (", path, "): check experiment.",
                  option);
    while (in.read(piece.data(), std::ssize(piece)) || in.gcount() > 0)
      sum.add(piece.data(), in.gcount());
  };
  add(file);
  // An index names its parts; the numbers are in them.
  const auto paths = tensor_files::paths_of(file);
  std::for_each(paths.begin() + 1, paths.end(), add);
  return {name, checksum_text(sum.value())};
}

networks::Weights weights_of(const ModelSource& source, const training::TrainModel& train,
                             const parallel::Team& team) {
  if (source.file.empty()) return training::cached_model(source.request, train, team);
  networks::Weights weights;
  parallel::together(team.ranks(), [&] {
    if (team.rank() == 0) weights = networks::read_weights(source.file);
  });
  training::share_weights(weights, team.ranks());
  return weights;
}

Facts model_facts(const DenoiserSettings& options, const std::optional<int>& own) {
  Facts facts{arithmetic_fact(options.place, own)};
  if (!options.weights.empty())
    facts.push_back(weights_fact("weights", options.weights, "weights"));
  return facts;
}

Facts computing_facts(torch::Device device) {
  return {{"libtorch", TORCH_VERSION}, {"device", device.is_cuda() ? "cuda" : "cpu"}};
}

}  // namespace syncgap::models
