#include "models/trained_denoiser.h"

#include <torch/version.h>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "models/denoising_loss.h"
#include "networks/freed_memory.h"
#include "networks/initialize.h"
#include "networks/tensor_values.h"
#include "networks/weight_file.h"
#include "training/model_cache.h"

namespace syncgap::models {
namespace {

using networks::tensor_of;
using networks::values_of;
using torch::Tensor;

std::string identity_of(const DenoiserTask& task, const DenoiserOptions& options) {
  return concat(options.identity(task.states->channels()), "; ", task.data_identity,
                " pairing=", task.pairing == data::Pairing::main ? "main" : "control",
                " g=", task.coupling_strength, " sweep_seed=", task.sweep_seed, " seed=", task.seed,
                "; libtorch ", TORCH_VERSION);
}

const std::string kCurve = "curve.";

}  // namespace

diffusion::Denoiser TrainedDenoiser::denoiser() const {
  return [network = network, device = device, precision = precision](const Tensor& z,
                                                                     std::int64_t t) mutable {
    const networks::PrecisionScope scope(device.type(), precision);
    const auto steps = torch::full({z.size(0)}, t, torch::dtype(torch::kInt64).device(device));
    return network(z.to(device), steps).to(z.device());
  };
}

TrainedDenoiser trained_denoiser(const DenoiserTask& task, const DenoiserOptions& options,
                                 const parallel::Team& team) {
  const bool on_device = !options.place(team.device()).is_cpu();
  const training::ModelRequest request{options.models,
                                       identity_of(task, options) + (on_device ? "; cuda" : "")};
  const auto stop_requested = [&team] { return team.stop_requested(); };

  TrainedDenoiser model;
  model.network = networks::UNet(options.shape(task.states->channels()));
  model.parameters = networks::parameter_count(*model.network);
  model.device = options.place(team.device());
  model.precision = options.arithmetic();
  const auto train = [&](const std::string& checkpoint) {
    networks::initialize(*model.network, RandomStream(task.sweep_seed, "weights", {task.seed}));
    model.network->to(model.device);
    training::Trainer trainer(*model.network, task.states->count(),
                              DenoisingLoss(task, model.network, model.device, model.precision),
                              options.training(), request.identity, checkpoint, team.ranks());
    if (!trainer.run(stop_requested, [&team](const std::string& text) { team.say(text); }))
      throw UnitStopped("training left at a checkpoint: " + checkpoint);
    trainer.use_average();
    networks::Weights weights{networks::tensors_of(*model.network), {}};
    weights.tensors[kCurve + "loss"] = tensor_of(trainer.curves().loss);
    weights.tensors[kCurve + "gradient_norm"] = tensor_of(trainer.curves().gradient_norm);
    weights.tensors[kCurve + "seconds"] = tensor_of({trainer.curves().seconds});
    return weights;
  };
  auto weights = training::cached_model(request, train, stop_requested, team.ranks());
  const std::string path = request.path();
  for (const char* name : {"loss", "gradient_norm", "seconds"})
    require_input(weights.tensors.count(kCurve + name) == 1, "the model has no training curves (",
                  path, "): move it away to have it trained again");
  model.curves.loss = values_of(weights.tensors[kCurve + "loss"]);
  model.curves.gradient_norm = values_of(weights.tensors[kCurve + "gradient_norm"]);
  model.curves.seconds = weights.tensors[kCurve + "seconds"][0].item<double>();
  std::erase_if(weights.tensors, [](const auto& item) { return item.first.starts_with(kCurve); });
  networks::load_tensors(*model.network, weights.tensors, path);
  model.network->to(model.device);
  model.network->eval();
  networks::keep_freed_memory();
  return model;
}

}  // namespace syncgap::models
