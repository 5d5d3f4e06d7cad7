#include "networks/classifier_shape.h"

#include "core/check.h"
#include "core/identity.h"

namespace syncgap::networks {

void ClassifierShape::check() const {
  require_input(classes >= 2, "a classifier needs at least two classes (classes = ", classes, ")");
  require_input(channels > 0 && side >= 4, "images are too small to classify (", channels, " x ",
                side, " x ", side, "): at least 4 x 4 pixels");
  require_input(width > 0 && width % kGroups == 0,
                "the width of a classifier is a multiple of its ", kGroups,
                " groups (classifier_width = ", width, "): choose such a number");
}

void ClassifierShape::describe(OptionTable& table) {
  table.add("classifier", kind, kClassifierKinds, "",
            "network that classifies images: three convolutions, or ResNet-18 with group norms");
  table
      .add("classifier_width", width, "",
           "channels of the classifier's first level, 64 in the published ResNet-18")
      .at_least(8)
      .at_most(1024);
  table.add("classifier_stem", stem, kStems, "",
            "start of a ResNet-18: small leaves images whole, large (7 x 7 and pooling) is for "
            "photographs");
}

std::string ClassifierShape::text() const {
  return concat(facts_line(deciding_options(*this)), ", channels = ", channels, ", side = ", side,
                ", classes = ", classes,
                symmetry == SignSymmetry::symmetrised ? ", symmetrised" : "");
}

}  // namespace syncgap::networks
