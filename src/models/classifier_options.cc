#include "models/classifier_options.h"

namespace syncgap::models {

void ClassifierOptions::describe(OptionTable& table) {
  network.describe(table);
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
  networks::ClassifierShape shape = network;
  shape.channels = channels;
  shape.side = side;
  shape.classes = classes;
  shape.symmetry = symmetry;
  return shape;
}

training::TrainingOptions ClassifierOptions::training(
    const training::TrainingOptions& denoiser) const {
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

}  // namespace syncgap::models
