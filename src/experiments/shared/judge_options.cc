#include "experiments/shared/judge_options.h"

namespace syncgap::experiments {

void JudgeOptions::describe_judge(OptionTable& table) {
  table
      .add("decoder_weights", decoder_weights, "",
           "file of the autoencoder that decodes a published network's latents")
      .path();
  table
      .add("encoder_weights", encoder_weights, "",
           "file of ResNet-50, whose features and classes judge the images; empty: those of a "
           "classifier that is trained here on the same images")
      .path();
  features.describe(table);
  classifier.describe(table);
  table
      .add("least_accuracy", least_accuracy, "",
           "test accuracy below which the classifier makes what uses it unreliable")
      .at_least(0)
      .at_most(1);
  table
      .add("least_right", least_right, "",
           "share of samples that show the class they were told below which the network has not "
           "learned it")
      .at_least(0)
      .at_most(1);
}

void JudgeOptions::describe(OptionTable& table) {
  describe_judge(table);
  table
      .add("pooled_side", pooled_side, "",
           "side of the images averaged over cells, whose distance is the coarse one, (71)")
      .at_least(1)
      .unit("pixel");
  table.add("upsampling", upsampling, kUpsamplings, "",
            "how these become as large as they were: what is then left of the images is their fine "
            "scale, (72)");
}

}  // namespace syncgap::experiments
