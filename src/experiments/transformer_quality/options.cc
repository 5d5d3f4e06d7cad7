#include "experiments/transformer_quality/options.h"

namespace syncgap::experiments {

TransformerQualityOptions::TransformerQualityOptions() { judge.classifier.network.width = 16; }

OptionTable TransformerQualityOptions::table() {
  OptionTable table;
  replicas.describe_network(table);
  judge.describe_judge(table);
  describe_reverse_steps(table);
  table
      .add("samples", samples, "n",
           "images that are generated with a class to be told, the same number of each")
      .at_least(1)
      .at_most(10000000);
  table
      .add("free_samples", free_samples, "n",
           "images that are generated without one, and without guidance")
      .at_least(0)
      .at_most(10000000);
  table
      .add("real_images", real_images, "",
           "real test images that samples are compared with, drawn at random; 0: all")
      .at_least(0);
  table
      .add("feature_components", feature_components, "F",
           "principal components of the test images' features in which Frechet distances are "
           "taken; samples should be at least twice as many")
      .at_least(1)
      .at_most(100000);
  table.add("resamples", resamples, "", "bootstrap samples behind the interval of the balance")
      .at_least(10);
  table
      .add("least_balance", least_balance, "",
           "balance of the classes of samples that were told none below which the network leaves "
           "some out")
      .at_least(0)
      .at_most(1);
  return table;
}

TransformerQualityOptions::Range TransformerQualityOptions::told(std::int64_t label) const {
  // The first i with i K / n >= label.
  const auto first = [&](std::int64_t of) {
    const std::int64_t classes = replicas.told_classes();
    return (of * samples + classes - 1) / classes;
  };
  return {first(label), first(label + 1)};
}

}  // namespace syncgap::experiments
