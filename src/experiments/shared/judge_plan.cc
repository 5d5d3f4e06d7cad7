#include "experiments/shared/judge_plan.h"

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/replica_plan.h"
#include "networks/vae_shape.h"

namespace syncgap::experiments {

ShownImage shown_image(const JudgeOptions& judge, const ReplicaOptions& replicas) {
  if (!judge.decoder_weights.empty()) {
    const networks::VaeShape decoder;
    return {decoder.image_channels, decoder.factor() * replicas.side};
  }
  const DataFormat format = replicas.source.data_format;
  return {format == DataFormat::cifar10 || format == DataFormat::cifar100 ? 3 : 1, replicas.side};
}

std::vector<Axis> shown_image_axes(const JudgeOptions& judge, const ReplicaOptions& replicas) {
  const ShownImage image = shown_image(judge, replicas);
  return image_axes(image.channels, image.side);
}

void check_judge(const JudgeOptions& judge, const ReplicaOptions& replicas) {
  if (!replicas.is_published()) {
    require_input(judge.decoder_weights.empty(),
                  "the states are images, there is nothing to decode "
                  "(experiment.decoder_weights = \"",
                  judge.decoder_weights, "\"): leave it out, or set experiment.published");
  } else {
    require_given(judge.decoder_weights, "decoder_weights",
                  "give the autoencoder of the latents, diffusion_pytorch_model.safetensors of "
                  "stabilityai/sd-vae-ft-ema or sd-vae-ft-mse on huggingface.co (licence MIT)");
    require_given(judge.encoder_weights, "encoder_weights",
                  "give ResNet-50, resnet50-11ad3fa6.pth or, with experiment.feature_weights = "
                  "\"v1\", resnet50-0676ba61.pth from https://download.pytorch.org/models/ "
                  "(licence BSD-3-Clause)");
  }
  if (!judge.encoder_weights.empty())
    require_given(judge.encoder_weights, "encoder_weights", "correct the path");
}

double judge_operations(const JudgeOptions& judge, const ReplicaOptions& replicas, double states) {
  // A classifier's pass is less than a thousandth of a trajectory.
  if (judge.decoder_weights.empty()) return 0;
  const networks::VaeShape decoder;
  return states * decoder.operations(replicas.side, replicas.side);
}

double judge_memory(const JudgeOptions& judge, const ReplicaOptions& replicas) {
  double bytes = 0;
  if (judge.trains_classifier()) {
    // The test part, which is at most a sixth of the other, as well.
    const ShownImage image = shown_image(judge, replicas);
    bytes += to_real(peek_images(replicas.source).count) * 7 / 6 * 4.0 *
             to_real(image.channels * image.side * image.side);
  }
  if (!judge.decoder_weights.empty()) {
    const networks::VaeShape decoder;
    const double pixels = to_real(replicas.side * decoder.factor());
    bytes += 8.0 * to_real(decoder.weights()) + 8.0 * 256 * pixels * pixels;
  }
  return bytes;
}

}  // namespace syncgap::experiments
