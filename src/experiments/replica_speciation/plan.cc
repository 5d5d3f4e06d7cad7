#include "experiments/replica_speciation/plan.h"

#include <algorithm>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "networks/vae_shape.h"
#include "observables/adaptive_scan.h"

namespace syncgap::experiments {
namespace {

void check_judge(const ReplicaSpeciationOptions& options) {
  const JudgeOptions& judge = options.judge;
  const std::int64_t side = options.replicas.side;
  if (!options.replicas.is_published()) {
    require_input(judge.decoder_weights.empty(),
                  "the states are images, there is nothing to decode "
                  "(experiment.decoder_weights = \"",
                  judge.decoder_weights, "\"): leave it out, or set experiment.published");
    require_input(judge.pooled_side <= side,
                  "images cannot be averaged over less than a pixel (experiment.pooled_side = ",
                  judge.pooled_side, ", images have ", side, "): lower it");
  } else {
    require_given(judge.decoder_weights, "decoder_weights",
                  "give the autoencoder of the latents, diffusion_pytorch_model.safetensors of "
                  "stabilityai/sd-vae-ft-ema or sd-vae-ft-mse on huggingface.co (licence MIT)");
    require_given(judge.encoder_weights, "encoder_weights",
                  "give ResNet-50, resnet50-11ad3fa6.pth or, with experiment.feature_weights = "
                  "\"v1\", resnet50-0676ba61.pth from https://download.pytorch.org/models/ "
                  "(licence BSD-3-Clause, of ImageNet's images)");
  }
  if (!judge.decoder_weights.empty())
    require_given(judge.decoder_weights, "decoder_weights", "correct the path");
  if (!judge.encoder_weights.empty())
    require_given(judge.encoder_weights, "encoder_weights", "correct the path");
}

}  // namespace

ReplicaSpeciationPlan::ReplicaSpeciationPlan(const ReplicaSpeciationOptions& options,
                                             const Grid& grid)
    : options_(options),
      replicas_(options.replicas, grid),
      points_(axis_values<std::int64_t>(grid, "t_int")),
      shown_(axis_values<std::int64_t>(grid, "shown")),
      samples_(kept_samples(grid, "pairs", options.replicas.pairs)),
      first_correlation_(axis_values<double>(grid, "noise_correlation").front()) {
  const std::int64_t steps = options.replicas.steps;
  check_judge(options);
  require_increasing(grid, "t_int", 2);
  require_input(points_.front() == 0 && points_.back() <= steps,
                "pairs are let go after 0 steps, which is what others are compared with, up to all "
                "of them (axes.t_int, saw ",
                points_.front(), " to ", points_.back(), ", a trajectory has ", steps,
                "): correct the axis");
  require_input(!options.adaptive || std::ssize(points_) == steps + 1,
                "an adaptive scan chooses among all t_int (axes.t_int has ", points_.size(),
                " values): leave the axis out, or set experiment.adaptive = false");
  require_input(options.coarse_step <= steps,
                "the first t_int lie further apart than a trajectory "
                "is long (experiment.coarse_step = ",
                options.coarse_step, ", ", steps, " steps): lower it");
  for (const std::int64_t t : shown_)
    require_input(std::binary_search(points_.begin(), points_.end(), t),
                  "images can be kept where they are made (axes.shown, saw ", t,
                  ", which is no value of axes.t_int): correct it");
  for (const double correlation : axis_values<double>(grid, "noise_correlation"))
    require_input(correlation >= -1 && correlation <= 1,
                  "a correlation lies between -1 and 1 (axes.noise_correlation, saw ", correlation,
                  "): correct it");
  require_input(
      options.variance == ReverseVariance::posterior || replicas_.shape().learned_variance,
      "the network has learned no variance (experiment.variance = \"learned\"): set it to "
      "posterior, or take a network that has (experiment.published)");
  for (const char* name : {"pair", "label"}) {
    const std::int64_t wanted =
        name[0] == 'p' ? options.replicas.pairs : options.replicas.told_classes();
    require_input(grid.axis(name).size() == wanted, "axis ", name, " has ", grid.axis(name).size(),
                  " values where the options make ", wanted, ": leave it out of the job");
  }
}

double ReplicaSpeciationPlan::operations(const Unit& unit) const {
  const ReplicaOptions& replicas = options_.replicas;
  const double pairs = to_real(replicas.pairs), steps = to_real(replicas.steps);
  const double all = to_real(observables::scan_evaluations(points_, replicas.steps)) - steps;
  const double let_go =
      options_.adaptive ? std::min(all, options_.most_evaluations *
                                            to_real(observables::naive_evaluations(replicas.steps)))
                        : all;
  double images = 2 * pairs * to_real(std::ssize(points_));
  if (!options_.judge.decoder_weights.empty()) {
    const networks::VaeShape decoder;
    images *= decoder.operations(replicas.side, replicas.side);
  } else {
    images = 0;  // a classifier's pass is less than a thousandth of a trajectory
  }
  const double training = unit.real("noise_correlation") == first_correlation_
                              ? replicas_.training_operations(unit)
                              : 0.0;
  return training + replicas_.context_operations() + images +
         pairs * replicas_.sampling_operations(steps, let_go);
}

double ReplicaSpeciationPlan::memory() const {
  const ReplicaOptions& replicas = options_.replicas;
  // States of the trunk at every step; real images of the classifier, and the test part.
  double bytes =
      replicas_.memory() + to_real(replicas.pairs * (replicas.steps + 1)) * replicas_.state_bytes();
  if (options_.judge.trains_classifier())
    bytes += to_real(peek_images(replicas.source).count) * 7 / 6 * replicas_.state_bytes() / 2;
  if (!options_.judge.decoder_weights.empty()) {
    const networks::VaeShape decoder;
    const double pixels = to_real(replicas.side * decoder.factor());
    bytes += 8.0 * to_real(decoder.weights()) + 8.0 * 256 * pixels * pixels;
  }
  return bytes;
}

}  // namespace syncgap::experiments
