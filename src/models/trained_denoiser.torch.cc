#include "models/trained_denoiser.h"

#include <utility>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "models/compute_device.h"
#include "models/model_source.h"
#include "networks/freed_memory.h"
#include "networks/initialize.h"
#include "networks/tensor_values.h"
#include "networks/weight_file.h"

namespace syncgap::models {
namespace {

using networks::tensor_of;
using networks::values_of;
using torch::Tensor;

const std::string kCurve = "curve.";

/// Takes what training has seen out of the weights.
training::TrainingCurves take_curves(networks::Weights& weights, const std::string& path) {
  for (const char* name : {"loss", "gradient_norm", "seconds"})
    require_input(weights.tensors.count(kCurve + name) == 1, "the model has no training curves (",
                  path, "): move it away to have it trained again");
  return {values_of(weights.tensors[kCurve + "loss"]),
          values_of(weights.tensors[kCurve + "gradient_norm"]),
          weights.tensors[kCurve + "seconds"][0].item<double>()};
}

}  // namespace

diffusion::Denoiser TrainedDenoiser::denoiser() const {
  return [network = network, device = device, precision = precision](
             const Tensor& states, const diffusion::Conditions& conditions) {
    const networks::PrecisionScope scope(device.type(), precision);
    const auto there = [&](const Tensor& tensor) {
      return tensor.defined() ? tensor.to(device) : tensor;
    };
    auto predicted = network->predict(
        there(states),
        {there(conditions.step), {there(conditions.rows.label), there(conditions.rows.coupling)}});
    predicted.noise = predicted.noise.to(states.device());
    return predicted;
  };
}

std::string denoiser_identity(const DenoiserTask& task, const DenoiserOptions& options,
                              torch::Device device) {
  std::string text = "denoiser\n" + facts_text(deciding_options(options));
  Facts facts = task.facts;
  const auto add = [&](const char* name, const auto& value) {
    facts.push_back({name, concat(value)});
  };
  add("replicas", task.states->replicas());
  add("channels", task.states->channels());
  add("pairing", data::kPairings.word(task.pairing));
  add("g", task.coupling_strength);
  add("sweep_seed", task.sweep_seed);
  add("seed", task.seed);
  for (const Fact& fact : computing_facts(device)) facts.push_back(fact);
  return text + facts_text(facts);
}

TrainedDenoiser trained_denoiser(const DenoiserTask& task, const DenoiserOptions& options,
                                 const parallel::Team& team) {
  TrainedDenoiser model;
  model.device = compute_device(options.place, team.device());
  model.precision = options.place.precision;
  model.network = make_unet(options.shape(task.states->replicas() * task.states->channels()));
  auto& network = model.network->module();
  model.parameters = networks::parameter_count(network);

  const ModelSource source{options.weights,
                           {options.place.models, denoiser_identity(task, options, model.device)}};
  const auto train = [&](const std::string& checkpoint) {
    model.network->initialize(RandomStream(task.sweep_seed, "weights", {task.seed}));
    network.to(model.device);
    training::Trainer trainer(network, task.states->count(),
                              DenoisingLoss(task, *model.network, model.device, model.precision),
                              options.training, source.request.identity, checkpoint, team);
    if (!trainer.run()) throw UnitStopped("training left at a checkpoint: " + checkpoint);
    trainer.use_average();
    networks::Weights weights{networks::tensors_of(network), {}};
    weights.tensors[kCurve + "loss"] = tensor_of(trainer.curves().loss);
    weights.tensors[kCurve + "gradient_norm"] = tensor_of(trainer.curves().gradient_norm);
    weights.tensors[kCurve + "seconds"] = tensor_of({trainer.curves().seconds});
    return weights;
  };
  auto weights = weights_of(source, train, team);
  if (source.file.empty()) model.curves = take_curves(weights, source.path());
  std::erase_if(weights.tensors, [](const auto& item) { return item.first.starts_with(kCurve); });
  networks::load_tensors(network, weights.tensors, source.path());
  network.to(model.device);
  network.eval();
  networks::keep_freed_memory();
  return model;
}

}  // namespace syncgap::models
