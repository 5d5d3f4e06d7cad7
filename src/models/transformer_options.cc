#include "models/transformer_options.h"

namespace syncgap::models {

TransformerOptions::TransformerOptions() {
  training.batch = 64;
  training.optimizer = transformer_optimizer();
}

void TransformerOptions::describe(OptionTable& table) {
  dit.describe(table);
  table
      .add("label_dropout", label_dropout, "",
           "share of training images whose label is not told: the network learns to do without")
      .at_least(0)
      .at_most(1);
  training.optimizer.describe_decay(table);
  DenoiserSettings::describe(table);
}

networks::DiTShape TransformerOptions::shape(std::int64_t channels, std::int64_t side,
                                             std::int64_t classes) const {
  networks::DiTShape shape = dit;
  shape.image_channels = channels;
  shape.side = side;
  shape.classes = classes;
  return shape;
}

}  // namespace syncgap::models
