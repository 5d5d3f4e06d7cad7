#include "models/denoiser_options.h"

#include <cmath>
#include <torch/cuda.h>

#include "core/check.h"

namespace syncgap::models {
namespace {

std::vector<std::int64_t> whole_numbers(const std::vector<double>& values, const char* name) {
  std::vector<std::int64_t> out;
  for (const double value : values) {
    require_input(value == std::floor(value) && std::abs(value) < 1e6,
                  "a list of whole numbers is needed (experiment.", name, ", saw ", value, ")");
    out.push_back(static_cast<std::int64_t>(value));
  }
  return out;
}

}  // namespace

void DenoiserOptions::describe(OptionTable& table) {
  table.add("width", width, "", "channels of the U-Net's first level").at_least(2).at_most(4096);
  table.add("multipliers", multipliers, "", "channels of each level, in widths").at_least(1);
  table.add("blocks", blocks, "", "residual blocks a level").at_least(1).at_most(16);
  table.add("attention_levels", attention_levels, "", "levels with self-attention, 0 is the first")
      .at_least(0);
  table.add("heads", heads, "", "heads of each self-attention").at_least(1);
  table.add("groups", groups, "", "groups of each group norm").at_least(1);
  table.add("epochs", epochs, "", "passes over the training images").at_least(1);
  table.add("batch", batch, "", "images a training step").at_least(1);
  table.add("learning_rate", learning_rate, "", "of Adam").above(0);
  table.add("warmup", warmup, "", "steps over which the learning rate grows to its value")
      .at_least(0);
  table.add("gradient_clip", gradient_clip, "", "largest norm of a gradient, 0: no limit")
      .at_least(0);
  table
      .add("ema_decay", ema_decay, "",
           "decay of the parameters' moving average, which draws samples")
      .at_least(0)
      .below(1);
  table.add("shards", shards, "", "parts a batch is cut into for fixed_order").at_least(1);
  table
      .add("summation", summation, "",
           "fixed_order: the same bits on any number of ranks; fast: more images a second")
      .one_of({"fixed_order", "fast"});
  table.add("checkpoint_seconds", checkpoint_seconds, "", "between two states kept while training")
      .at_least(0)
      .unit("s");
  table
      .add("device", device, "",
           "where networks compute: auto (a CUDA device where this rank has one, else cpu) or cpu; "
           "the last digits differ between them")
      .one_of({"auto", "cpu"});
  table
      .add("precision", precision, "",
           "of convolutions and products: single, or bf16 with norms, losses and the optimizer in "
           "single")
      .one_of({"single", "bf16"});
  table.add("models", models, "", "folder of trained models, shared by all jobs");
}

networks::UNetShape DenoiserOptions::shape(std::int64_t image_channels) const {
  networks::UNetShape shape;
  shape.image_channels = image_channels;
  shape.width = width;
  shape.multipliers = whole_numbers(multipliers, "multipliers");
  shape.blocks = blocks;
  shape.attention_levels = whole_numbers(attention_levels, "attention_levels");
  shape.heads = heads;
  shape.groups = groups;
  return shape;
}

training::TrainingOptions DenoiserOptions::training() const {
  training::TrainingOptions out;
  out.epochs = epochs;
  out.batch = batch;
  out.shards = shards;
  out.summation =
      summation == "fast" ? training::Summation::fast : training::Summation::fixed_order;
  out.optimizer.learning_rate = learning_rate;
  out.optimizer.warmup = warmup;
  out.optimizer.gradient_clip = gradient_clip;
  out.optimizer.ema_decay = ema_decay;
  out.checkpoint_seconds = checkpoint_seconds;
  return out;
}

torch::Device DenoiserOptions::place(const std::optional<int>& own) const {
  if (device == "cpu" || !own || !torch::cuda::is_available()) return torch::kCPU;
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(*own)};
}

networks::Precision DenoiserOptions::arithmetic() const {
  return precision == "bf16" ? networks::Precision::bf16 : networks::Precision::single;
}

double DenoiserOptions::operations_per_pass(std::int64_t side) const {
  // Every pixel meets every pair of channels, 9 weights each, several times.
  return std::pow(static_cast<double>(side), 2) * std::pow(static_cast<double>(width), 2) * 9 * 16 *
         static_cast<double>(blocks);
}

std::string DenoiserOptions::identity(std::int64_t image_channels) const {
  return concat(shape(image_channels).text(), "; adam epochs=", epochs, " batch=", batch,
                " learning_rate=", learning_rate, " warmup=", warmup,
                " gradient_clip=", gradient_clip, " ema_decay=", ema_decay, " shards=", shards,
                " summation=", summation, precision == "single" ? "" : " precision=" + precision);
}

}  // namespace syncgap::models
