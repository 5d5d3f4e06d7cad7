#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace syncgap::networks {

/// Sizes of the decoder of a variational autoencoder that makes images of latents, as published
/// with latent diffusion (Rombach et al. 2022). Beginning values are those of Stable Diffusion 1.
/// Free of LibTorch, so that a plan can count with it.
struct VaeShape {
  /// Latents are divided by this before they are decoded: one over the standard deviation of the
  /// encoder's output over training images, as published with Stable Diffusion's weights (entry
  /// `scaling_factor` of their configuration). Diffusion networks were trained on the product.
  static constexpr double kScaling = 0.18215;
  /// Added to variances in each group norm; the U-Net beside it has 1e-5.
  static constexpr double kEpsilon = 1e-6;

  std::int64_t latent_channels = 4;
  std::int64_t image_channels = 3;
  std::vector<std::int64_t> widths{128, 256, 512, 512};  ///< channels, finest level first
  std::int64_t blocks = 3;                               ///< residual blocks of a level
  std::int64_t groups = 32;                              ///< of each group norm

  std::int64_t levels() const;
  /// Pixels along the side of an image for one of its latent.
  std::int64_t factor() const { return std::int64_t{1} << (levels() - 1); }

  /// Throws InputError where there is no such network.
  void check() const;
  /// All sizes on one line.
  std::string text() const;
  /// All numbers of its weights.
  std::int64_t weights() const;
  /// Floating-point operations of the convolutions and products of one latent of these sides, two
  /// for a multiplication with its addition.
  double operations(std::int64_t height, std::int64_t width) const;
};

}  // namespace syncgap::networks
