#include "experiments/with_torch/trained_denoiser.h"

#include <cstdio>
#include <filesystem>
#include <utility>

#include "core/check.h"
#include "core/random.h"
#include "experiments/with_torch/denoising_loss.h"
#include "networks/initialize.h"
#include "networks/weight_file.h"
#include "parallel/together.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

std::string identity_of(const DenoiserTask& task, const DenoiserOptions& options) {
  return concat(options.identity(task.states->channels()), "; ", task.data_identity,
                " pairing=", task.pairing == data::Pairing::main ? "main" : "control",
                " g=", task.coupling_strength, " sweep_seed=", task.sweep_seed, " seed=", task.seed,
                "; libtorch ", TORCH_VERSION);
}

/// FNV-1a, as 16 digits.
std::string hash_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

Tensor curve(const std::vector<double>& values) { return torch::tensor(values, torch::kFloat64); }

std::vector<double> values_of(const Tensor& tensor) {
  return {tensor.data_ptr<double>(), tensor.data_ptr<double>() + tensor.numel()};
}

const std::string kCurve = "curve.";

void keep_model(const std::string& path, const std::string& identity,
                const TrainedDenoiser& model) {
  networks::Weights weights{networks::tensors_of(*model.network), {{"identity", identity}}};
  weights.tensors[kCurve + "loss"] = curve(model.curves.loss);
  weights.tensors[kCurve + "gradient_norm"] = curve(model.curves.gradient_norm);
  weights.tensors[kCurve + "seconds"] = curve({model.curves.seconds});
  networks::write_weights(path, weights);
}

void read_model(const std::string& path, const std::string& identity, TrainedDenoiser& model) {
  auto weights = networks::read_weights(path);
  require_input(weights.metadata["identity"] == identity, "the model is of another training (",
                path, "): move it away or choose another folder with experiment.models");
  for (const char* name : {"loss", "gradient_norm", "seconds"})
    require_input(weights.tensors.count(kCurve + name) == 1, "the model has no training curves (",
                  path, "): move it away to have it trained again");
  model.curves.loss = values_of(weights.tensors[kCurve + "loss"]);
  model.curves.gradient_norm = values_of(weights.tensors[kCurve + "gradient_norm"]);
  model.curves.seconds = weights.tensors[kCurve + "seconds"][0].item<double>();
  std::erase_if(weights.tensors, [](const auto& item) { return item.first.starts_with(kCurve); });
  networks::load_tensors(*model.network, weights.tensors, path);
}

}  // namespace

diffusion::Denoiser TrainedDenoiser::denoiser() const {
  return [network = network](const Tensor& z, std::int64_t t) mutable {
    return network(z, torch::full({z.size(0)}, t, torch::kInt64));
  };
}

TrainedDenoiser trained_denoiser(const DenoiserTask& task, const DenoiserOptions& options,
                                 const RunContext& context) {
  const std::string identity = identity_of(task, options);
  const std::string path = options.models + "/" + hash_of(identity) + ".safetensors";
  const std::string state = path + ".training";
  const parallel::Communicator alone;
  const parallel::Communicator& team = context.team != nullptr ? *context.team : alone;

  TrainedDenoiser model;
  model.network = networks::UNet(options.shape(task.states->channels()));
  model.parameters = networks::parameter_count(*model.network);
  bool there = false;
  parallel::together(team, [&] { there = std::filesystem::exists(path); });
  // Files of another node may appear late: all ranks follow the first.
  there = team.broadcast(std::uint64_t{there}) != 0;
  if (there) {
    parallel::together(team, [&] { read_model(path, identity, model); });
    model.network->eval();
    return model;
  }
  networks::initialize(*model.network, RandomStream(task.sweep_seed, "weights", {task.seed}));
  training::Trainer trainer(*model.network, task.states->count(),
                            DenoisingLoss(task, model.network), options.training(), identity, state,
                            team);
  if (!trainer.run(context.stop_requested ? context.stop_requested : [] { return false; }))
    throw UnitStopped("training left at a checkpoint: " + state);
  trainer.use_average();
  model.network->eval();
  model.curves = trainer.curves();
  parallel::together(team, [&] {
    if (team.rank() != 0) return;
    keep_model(path, identity, model);
    std::error_code ignored;
    std::filesystem::remove(state, ignored);
  });
  return model;
}

}  // namespace syncgap::experiments
