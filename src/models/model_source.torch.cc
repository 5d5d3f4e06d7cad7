#include "models/model_source.h"

#include <fstream>
#include <torch/version.h>
#include <vector>

#include "core/check.h"
#include "core/checksum.h"
#include "models/compute_device.h"
#include "parallel/together.h"
#include "training/share_weights.h"

namespace syncgap::models {
namespace {

Fact weights_fact(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  require_input(in.is_open(), "cannot open the file of weights (", file,
                "): check experiment.weights");
  Checksum sum;
  std::vector<char> piece(1 << 20);
  while (in.read(piece.data(), std::ssize(piece)) || in.gcount() > 0)
    sum.add(piece.data(), in.gcount());
  return {"weights", checksum_text(sum.value())};
}

}  // namespace

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

Facts model_facts(const DenoiserOptions& options, const std::optional<int>& own) {
  Facts facts{arithmetic_fact(options.place, own)};
  if (!options.weights.empty()) facts.push_back(weights_fact(options.weights));
  return facts;
}

Facts computing_facts(torch::Device device) {
  return {{"libtorch", TORCH_VERSION}, {"device", device.is_cuda() ? "cuda" : "cpu"}};
}

}  // namespace syncgap::models
