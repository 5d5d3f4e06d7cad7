#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/choices.h"
#include "core/options.h"

namespace syncgap::networks {

/// Two families of weights share one network and differ in two constants. diffusers divides the
/// exponents of the step embedding by 127 where the original divides by 128, and adds 1e-5 where
/// the original adds 1e-6 in the norm before a block's perceptron. Weights want the rules they were
/// trained with, or those they are compared under.
enum class DiTRules { original, diffusers };

inline constexpr Choices kDiTRules{std::pair{DiTRules::original, "original"},
                                   std::pair{DiTRules::diffusers, "diffusers"}};

/// Sizes of a diffusion transformer (Peebles and Xie 2023): an image becomes a grid of N patches, a
/// token each. Free of LibTorch, so that a plan can count with it.
struct DiTShape {
  std::int64_t image_channels = 1;
  std::int64_t side = 28;         ///< of an image, or of its latent
  std::int64_t patch = 4;         ///< side of a patch
  std::int64_t width = 96;        ///< D, of a token
  std::int64_t depth = 6;         ///< blocks L
  std::int64_t heads = 4;         ///< of each attention
  std::int64_t classes = 0;       ///< labels told to the network; 0: none
  bool learned_variance = false;  ///< a second output, of the reverse step's variance
  DiTRules step_embedding = DiTRules::original;
  DiTRules perceptron_norm = DiTRules::original;

  /// The published sizes, "S/8" to "XL/2", for latents of 4 channels, 1000 classes and a learned
  /// variance. `side` is 32 for images of 256 pixels, 64 for 512. Throws InputError for others.
  static DiTShape published(std::string_view name, std::int64_t side = 32);

  std::int64_t grid() const { return side / patch; }         ///< patches along a side
  std::int64_t tokens() const { return grid() * grid(); }    ///< N
  std::int64_t head_width() const { return width / heads; }  ///< channels of a head
  /// Label of a row that is told none; rows of the table are classes + 1.
  std::int64_t null_label() const { return classes; }
  std::int64_t output_channels() const { return (learned_variance ? 2 : 1) * image_channels; }
  /// Added to variances in a block's second norm.
  double perceptron_norm_epsilon() const;

  /// Throws InputError where there is no such network.
  void check() const;
  /// Adds all but what follows from the images, their sizes and classes, to a table, as options
  /// whose names begin with `prefix`. Binds the members.
  void describe(OptionTable& table, const std::string& prefix = {});
  /// All sizes on one line.
  std::string text() const;

  /// All numbers of a weight file: those that training changes, and the N D of the positions.
  std::int64_t weights() const;
  /// Floating-point operations of the matrix products of one row of replicas, two for a
  /// multiplication with its addition. (Published "Gflops" count these two as one.)
  double operations(std::int64_t replicas = 1) const;
  /// The same of replicas that see each other, each link one way: two of a pair, whose score and
  /// value products double.
  double coupled_operations(std::int64_t replicas = 2, std::int64_t links = 2) const;
};

/// Depth, width and heads of the published sizes.
struct DiTSize {
  const char* name;
  std::int64_t depth, width, heads;
};
inline constexpr std::array<DiTSize, 4> kDiTSizes{
    {{"S", 12, 384, 6}, {"B", 12, 768, 12}, {"L", 24, 1024, 16}, {"XL", 28, 1152, 16}}};

/// Added to variances in every norm but a block's second.
inline constexpr double kFirstNormEpsilon = 1e-6;

/// Numbers the sinusoids of a step begin with, before the perceptron makes them D.
inline constexpr std::int64_t kStepFrequencies = 256;

}  // namespace syncgap::networks
