#include "models/trained_denoiser.h"

#include <cstdio>
#include <limits>
#include <string>
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
constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

/// Takes what training has seen out of the weights.
training::TrainingCurves take_curves(networks::Weights& weights, const std::string& path) {
  for (const char* name : {"loss", "gradient_norm"})
    require_input(weights.tensors.count(kCurve + name) == 1, "the model has no training curves (",
                  path, "): move it away to have it trained again");
  return {values_of(weights.tensors[kCurve + "loss"]),
          values_of(weights.tensors[kCurve + "gradient_norm"]), kNotMeasured};
}

}  // namespace

diffusion::Denoiser TrainedDenoiser::denoiser(networks::Context context) const {
  return placed(
      [network = network, context](const Tensor& states, const diffusion::Conditions& conditions) {
        return network->predict_in(context, states, conditions);
      });
}

diffusion::Denoiser TrainedDenoiser::tapped(networks::LayerTap tap) const {
  return placed([network = network, tap = std::move(tap)](const Tensor& states,
                                                          const diffusion::Conditions& conditions) {
    return network->predict_tapped(tap, states, conditions);
  });
}

diffusion::Denoiser TrainedDenoiser::changed(networks::LayerChange change) const {
  return placed([network = network, change = std::move(change)](
                    const Tensor& states, const diffusion::Conditions& conditions) {
    return network->predict_changed(change, states, conditions);
  });
}

diffusion::Denoiser TrainedDenoiser::placed(diffusion::Denoiser denoiser) const {
  return [denoiser = std::move(denoiser), device = device, precision = precision](
             const Tensor& states, const diffusion::Conditions& conditions) {
    const networks::PrecisionScope scope(device.type(), precision);
    const auto there = [&](const Tensor& tensor) {
      return tensor.defined() ? tensor.to(device) : tensor;
    };
    // A coupling that lies on the CPU is checked there, and rows without one cost nothing.
    auto predicted =
        denoiser(there(states),
                 {there(conditions.step),
                  {there(conditions.rows.label), conditions.rows.coupling, conditions.rows.graph}});
    for (Tensor* each : {&predicted.noise, &predicted.variance})
      if (each->defined()) *each = each->to(states.device());
    return predicted;
  };
}

std::string denoiser_identity(const DenoiserTask& task, const Facts& deciding,
                              torch::Device device) {
  const std::string text = "denoiser\n" + facts_text(deciding);
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
  if (task.told_classes > 0) add("told_classes", task.told_classes);
  for (const Fact& fact : computing_facts(device)) facts.push_back(fact);
  return text + facts_text(facts);
}

namespace {

TrainedDenoiser trained(const DenoiserTask& task, const DenoiserSettings& options,
                        const Facts& deciding, std::unique_ptr<DenoiserNetwork> fresh,
                        const parallel::Team& team) {
  TrainedDenoiser model;
  model.device = compute_device(options.place, team.device());
  model.precision = options.place.precision;
  model.network = std::move(fresh);
  auto& network = model.network->module();
  model.parameters = networks::parameter_count(network);

  ModelSource source{options.weights, {options.place.models, {}}};
  if (source.file.empty())
    source.request.identity = denoiser_identity(task, deciding, model.device);
  // How long it took is not kept beside the weights: equal weights make equal files.
  double seconds = kNotMeasured;
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
    seconds = trainer.curves().seconds;
    return weights;
  };
  auto weights = weights_of(source, train, team);
  if (source.file.empty()) model.curves = take_curves(weights, source.path());
  model.curves.seconds = seconds;
  std::erase_if(weights.tensors, [](const auto& item) { return item.first.starts_with(kCurve); });
  networks::load_tensors(network, weights.tensors, source.path());
  if (const std::string doubt = model.network->doubt(); !doubt.empty() && team.rank() == 0)
    std::fprintf(stderr, "syncgap: warning: %s: %s\n", source.path().c_str(), doubt.c_str());
  network.to(model.device);
  network.eval();
  networks::keep_freed_memory();
  return model;
}

}  // namespace

TrainedDenoiser trained_denoiser(const DenoiserTask& task, const DenoiserOptions& options,
                                 const parallel::Team& team) {
  SYNCGAP_EXPECTS(task.told_classes == 0);
  const std::int64_t channels = task.states->replicas() * task.states->channels();
  DenoiserSettings settings = options;
  settings.training = options.chosen_training();
  return trained(
      task, settings, deciding_options(options),
      options.network == NetworkKind::unet
          ? make_unet(options.unet_shape(channels))
          : make_dit(options.dit_shape(channels, task.states->bank().size(2)), ReplicaView::joint),
      team);
}

TrainedDenoiser trained_denoiser(const DenoiserTask& task, const TransformerOptions& options,
                                 const networks::DiTShape& shape, const parallel::Team& team) {
  DenoiserTask told = task;
  told.label_dropout = options.label_dropout;
  return trained(told, options, deciding_options(options), make_dit(shape, ReplicaView::apart),
                 team);
}

}  // namespace syncgap::models
