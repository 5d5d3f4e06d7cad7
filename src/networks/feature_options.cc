#include "networks/feature_options.h"

namespace syncgap::networks {

void FeatureOptions::describe(OptionTable& table) {
  table.add("feature_weights", weights, kFeatureWeights, "",
            "which published weights of ResNet-50 the file holds: images are resized for them");
  table.add("feature_preprocessing", preprocessing, kFeaturePreprocessing, "",
            "how images are resized for ResNet-50: transforms, as published with its weights, or "
            "plain, straight to its side");
}

}  // namespace syncgap::networks
