#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/choices.h"
#include "core/options.h"

namespace syncgap::networks {

///   cnn       three convolutions, each half as fine as the one before
///   resnet18  the 18-layer residual network of He, Zhang, Ren and Sun (2016)
enum class ClassifierKind { cnn, resnet18 };

/// What a residual network begins with: a 7 x 7 convolution and pooling that leave a quarter of
/// either side, made for photographs, or a 3 x 3 convolution that leaves small images whole.
enum class Stem { large, small };

/// Whether a image and its negative are the same to a classifier: the logits are then those of
/// both, averaged. multimodal sec. 5.2
enum class SignSymmetry { none, symmetrised };

inline constexpr Choices kClassifierKinds{std::pair{ClassifierKind::cnn, "cnn"},
                                          std::pair{ClassifierKind::resnet18, "resnet18"}};
inline constexpr Choices kStems{std::pair{Stem::small, "small"}, std::pair{Stem::large, "large"}};

struct ClassifierShape {
  static constexpr std::int64_t kGroups = 8;  ///< of each group norm

  ClassifierKind kind = ClassifierKind::cnn;
  std::int64_t channels = 1;  ///< of a image
  std::int64_t side = 28;     ///< height and width of a image
  std::int64_t classes = 2;
  std::int64_t width = 16;  ///< channels of the first level; 64 in the paper's residual network
  Stem stem = Stem::small;
  SignSymmetry symmetry = SignSymmetry::none;

  /// Throws InputError where there is no such network.
  void check() const;
  /// Adds kind, width and stem to a table, as options whose names begin with `classifier`; the rest
  /// follows from the data. Binds the members.
  void describe(OptionTable& table);
  /// All sizes on one line: part of a model's identity.
  std::string text() const;
};

}  // namespace syncgap::networks
