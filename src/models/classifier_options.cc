#include "models/classifier_options.h"

#include "core/check.h"

namespace syncgap::models {

void ClassifierOptions::describe(OptionTable& table) {
  table
      .add("classifier", kind, "",
           "network that classifies pictures: three convolutions, or ResNet-18 with group norms")
      .one_of({"cnn", "resnet18"});
  table
      .add("classifier_width", width, "",
           "channels of the classifier's first level, 64 in the published ResNet-18")
      .at_least(8)
      .at_most(1024);
  table
      .add("classifier_stem", stem, "",
           "start of a ResNet-18: small leaves images whole, large (7 x 7 and pooling) is for "
           "photographs")
      .one_of({"small", "large"});
  table.add("classifier_epochs", epochs, "", "passes over the classifier's training images")
      .at_least(1);
  table.add("classifier_batch", batch, "", "images a training step of the classifier").at_least(1);
  table.add("classifier_learning_rate", learning_rate, "", "of the classifier's Adam").above(0);
  table
      .add("classifier_noise", noise, "",
           "standard deviation of the noise added to the classifier's training images")
      .at_least(0);
  table
      .add("classifier_shift", shift, "",
           "the classifier's training images are moved by up to this many pixels either way")
      .at_least(0)
      .at_most(16)
      .unit("pixel");
}

networks::ClassifierShape ClassifierOptions::shape(std::int64_t channels, std::int64_t side,
                                                   std::int64_t classes,
                                                   networks::SignSymmetry symmetry) const {
  networks::ClassifierShape shape;
  shape.kind =
      kind == "resnet18" ? networks::ClassifierKind::resnet18 : networks::ClassifierKind::cnn;
  shape.channels = channels;
  shape.side = side;
  shape.classes = classes;
  shape.width = width;
  shape.stem = stem == "large" ? networks::Stem::large : networks::Stem::small;
  shape.symmetry = symmetry;
  return shape;
}

training::TrainingOptions ClassifierOptions::training(const DenoiserOptions& denoiser) const {
  training::TrainingOptions out;
  out.epochs = epochs;
  out.batch = batch;
  out.shards = denoiser.shards;
  out.optimizer.learning_rate = learning_rate;
  // Trained for some hundreds of steps: the average looks back on the last hundred.
  out.optimizer.ema_decay = 0.99;
  out.checkpoint_seconds = denoiser.checkpoint_seconds;
  return out;
}

std::string ClassifierOptions::identity(const networks::ClassifierShape& shape,
                                        const DenoiserOptions& denoiser) const {
  return concat(shape.text(), "; adam epochs=", epochs, " batch=", batch,
                " learning_rate=", learning_rate, " noise=", noise, " shift=", shift,
                " shards=", denoiser.shards);
}

}  // namespace syncgap::models
