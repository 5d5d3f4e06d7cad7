#include "experiments/transformer_quality/plan.h"

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/judge_plan.h"

namespace syncgap::experiments {

TransformerQualityPlan::TransformerQualityPlan(const TransformerQualityOptions& options,
                                               const Grid& grid)
    : options_(options),
      network_(options.replicas),
      shown_(axis_values<std::int64_t>(grid, "shown_class")),
      kept_(axis_values<std::int64_t>(grid, "sample")) {
  const ReplicaOptions& replicas = options.replicas;
  check_judge(options.judge, replicas);
  options.check_reverse_steps(network_);
  require_input(replicas.is_published() || options.judge.trains_classifier(),
                "ResNet-50 names classes of ImageNet, not of these images "
                "(experiment.encoder_weights = \"",
                options.judge.encoder_weights,
                "\"): leave it out, and a classifier of these classes is trained");
  require_input(options.free_samples == 0 || replicas.transformer.label_dropout > 0 ||
                    !replicas.transformer.weights.empty(),
                "a network that was always told a class has not learned to do without "
                "(experiment.label_dropout = 0, experiment.free_samples = ",
                options.free_samples, "): set one of them to another value");
  const std::int64_t classes = replicas.told_classes();
  for (const std::int64_t label : shown_) {
    require_input(label >= kNoClass && label < classes,
                  "there is no such class to be told (axes.shown_class, saw ", label,
                  "): give places in the list of classes, 0 to ", classes - 1, ", or -1 for none");
    const std::int64_t made =
        label == kNoClass ? options.free_samples : options.told(label).count();
    for (const std::int64_t sample : kept_)
      require_input(sample >= 0 && sample < made,
                    "there is no such sample to keep (axes.sample, saw ", sample, ", ", made,
                    label == kNoClass ? " are told no class" : " are told class ",
                    label == kNoClass ? "" : concat(label),
                    "): give numbers below that, another axes.shown_class, or more experiment.",
                    label == kNoClass ? "free_samples" : "samples");
  }
}

double TransformerQualityPlan::operations(const Unit& unit) const {
  const double told = to_real(options_.samples), free = to_real(options_.free_samples);
  const double guided = options_.replicas.guidance.scale == 1 ? 1 : 2;
  return network_.training_operations(unit) + network_.context_operations() +
         (guided * told + free) * to_real(options_.replicas.steps) * network_.shape().operations() +
         judge_operations(options_.judge, options_.replicas, told + free);
}

double TransformerQualityPlan::memory() const {
  const double bytes = network_.memory() + judge_memory(options_.judge, options_.replicas);
  if (!network_.has_images()) return bytes;
  // Features of samples, of as many training images, and twice those of test images. Those of a
  // small classifier are as many as its last level has numbers.
  const double side = to_real(options_.replicas.side) / 4;
  const double features = 4 * to_real(options_.judge.classifier.network.width) * side * side;
  const std::int64_t tested = options_.real_images > 0
                                  ? options_.real_images
                                  : peek_images(options_.replicas.source).count / 6;
  return bytes + 8 * features * to_real(2 * options_.samples + options_.free_samples + 2 * tested);
}

}  // namespace syncgap::experiments
