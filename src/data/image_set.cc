#include "data/image_set.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/check.h"
#include "core/checksum.h"

namespace syncgap::data {

std::string to_text(const ImageShape& shape) {
  return concat(shape.channels, " x ", shape.height, " x ", shape.width);
}

ImageSet::ImageSet(ImageShape shape, Pixels pixels, std::vector<std::int32_t> labels)
    : shape_(shape), pixels_(std::move(pixels)), labels_(std::move(labels)) {
  SYNCGAP_EXPECTS(std::visit([](const auto& p) { return p.size(); }, pixels_) ==
                  shape_.size() * labels_.size());
}

void ImageSet::copy_image(std::size_t i, std::span<float> out) const {
  SYNCGAP_EXPECTS(i < count() && out.size() == shape_.size());
  std::visit(
      [&](const auto& pixels) {
        using Pixel = typename std::decay_t<decltype(pixels)>::value_type;
        const auto from = pixels.begin() + i * shape_.size();
        std::transform(from, from + shape_.size(), out.begin(), [](Pixel pixel) {
          if constexpr (std::is_same_v<Pixel, float>)
            return pixel;
          else
            return static_cast<float>(pixel) / 255.0F;
        });
      },
      pixels_);
}

void ImageSet::transpose() {
  const auto [channels, height, width] = shape_;
  std::visit(
      [&, height = height, width = width](auto& pixels) {
        const auto upright = pixels;
        const std::size_t plane = height * width;
        for (std::size_t begin = 0; begin < pixels.size(); begin += plane)
          for (std::size_t row = 0; row < height; ++row)
            for (std::size_t column = 0; column < width; ++column)
              pixels[begin + column * height + row] = upright[begin + row * width + column];
      },
      pixels_);
  std::swap(shape_.height, shape_.width);
}

void ImageSet::append(ImageSet other) {
  if (count() == 0) {
    *this = std::move(other);
    return;
  }
  SYNCGAP_EXPECTS(other.shape_ == shape_ && other.pixels_.index() == pixels_.index());
  std::visit(
      [&](auto& pixels) {
        const auto& more = std::get<std::decay_t<decltype(pixels)>>(other.pixels_);
        pixels.insert(pixels.end(), more.begin(), more.end());
      },
      pixels_);
  labels_.insert(labels_.end(), other.labels_.begin(), other.labels_.end());
}

std::uint64_t ImageSet::checksum() const {
  Checksum sum;
  const std::uint64_t extents[] = {labels_.size(), shape_.channels, shape_.height, shape_.width};
  sum.add(extents, sizeof extents);
  sum.add(labels_.data(), labels_.size() * sizeof labels_[0]);
  std::visit([&](const auto& pixels) { sum.add(pixels.data(), pixels.size() * sizeof pixels[0]); },
             pixels_);
  return sum.value();
}

}  // namespace syncgap::data
