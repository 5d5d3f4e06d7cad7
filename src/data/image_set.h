#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/choices.h"

namespace syncgap::data {

/// Which part of a data set; only .npz files have one for validation.
enum class Part { train, validation, test };

/// As options and files call it: "train", "val", "test".
inline constexpr Choices kParts{std::pair{Part::train, "train"}, std::pair{Part::validation, "val"},
                                std::pair{Part::test, "test"}};

/// Extents of one image; pixels run width fastest, then height, then channel.
struct ImageShape {
  std::size_t channels = 0, height = 0, width = 0;

  constexpr std::size_t plane() const { return height * width; }
  constexpr std::size_t size() const { return channels * plane(); }
  bool operator==(const ImageShape&) const = default;
};

/// "3 x 32 x 32"
std::string to_text(const ImageShape& shape);

/// What can be known of a set of images without reading one.
struct ImageOutline {
  std::int64_t count = 0;
  ImageShape shape = {};  ///< all zero where the file does not say
};

/// Labelled images as they were read, for experiments on the data themselves and for training
/// alike. Bytes stay bytes (255 is white); everything handed out is float in [0, 1].
class ImageSet {
 public:
  using Pixels = std::variant<std::vector<std::uint8_t>, std::vector<float>>;

  ImageSet() = default;
  /// `pixels` is (n, C, H, W), `labels` (n). Floats must lie in [0, 1].
  ImageSet(ImageShape shape, Pixels pixels, std::vector<std::int32_t> labels);

  std::size_t count() const { return labels_.size(); }
  const ImageShape& shape() const { return shape_; }
  const std::vector<std::int32_t>& labels() const { return labels_; }
  std::int32_t label(std::size_t i) const { return labels_[i]; }
  /// Checksum of all pixels, labels and the shape: what results were measured on, wherever the
  /// files lie and however they were packed.
  std::uint64_t checksum() const;

  /// Image `i`, (C, H, W), in [0, 1].
  void copy_image(std::size_t i, std::span<float> out) const;

  /// Exchanges rows and columns of every image.
  void transpose();

  /// Appends another set of the same shape and pixel type.
  void append(ImageSet other);

 private:
  ImageShape shape_;
  Pixels pixels_;
  std::vector<std::int32_t> labels_;
};

}  // namespace syncgap::data
