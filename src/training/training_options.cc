#include "training/training_options.h"

#include "core/check.h"

namespace syncgap::training {

void OptimizerOptions::describe_rate(OptionTable& table, const std::string& prefix) {
  table.add(prefix + "learning_rate", learning_rate, "", "of Adam").above(0);
  table.add(prefix + "warmup", warmup, "", "steps over which the learning rate grows to its value")
      .at_least(0);
}

void OptimizerOptions::describe_decay(OptionTable& table, const std::string& prefix) {
  table.add(prefix + "weight_decay", weight_decay, "", "of AdamW, a step and unit of learning rate")
      .at_least(0);
  table.add(prefix + "rate", rate, kRateSchedules, "",
            "learning rate: constant, or falling to zero along half a period of a cosine");
}

void TrainingOptions::describe(OptionTable& table) {
  table.add("epochs", epochs, "", "passes over the training images").at_least(1);
  table.add("batch", batch, "", "images a training step").at_least(1);
  optimizer.describe_rate(table);
  table.add("gradient_clip", optimizer.gradient_clip, "", "largest norm of a gradient, 0: no limit")
      .at_least(0);
  table
      .add("ema_decay", optimizer.ema_decay, "",
           "decay of the parameters' moving average, which draws samples")
      .at_least(0)
      .below(1);
  table.add("shards", shards, "", "parts a batch is cut into for fixed_order").at_least(1);
  table.add("summation", summation, kSummations, "",
            "fixed_order: the same bits on any number of ranks; fast: more images a second");
  table.add("checkpoint_seconds", checkpoint_seconds, "", "between two states kept while training")
      .at_least(0)
      .unit("s")
      .place();
}

void TrainingOptions::check(std::int64_t examples, int ranks) const {
  require_input(epochs > 0 && batch > 0 && shards > 0,
                "training needs positive numbers (epochs = ", epochs, ", batch = ", batch,
                ", shards = ", shards, ")");
  require_input(examples > 0, "there is nothing to train on (0 examples)");
  require_input(summation == Summation::fast || shards >= ranks,
                "a batch is cut into too few shards for the team (shards = ", shards, ", ", ranks,
                " ranks per unit): raise shards, which changes the result, or take fewer ranks");
}

}  // namespace syncgap::training
