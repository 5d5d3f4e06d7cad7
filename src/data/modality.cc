#include "data/modality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "core/check.h"
#include "core/options.h"

namespace syncgap::data {
namespace {

using Plane = std::span<const float>;

/// One channel whose border goes on for ever.
class Padded {
 public:
  Padded(const ImageShape& shape, Plane plane)
      : height_(shape.height), width_(shape.width), plane_(plane) {}

  float at(std::ptrdiff_t row, std::ptrdiff_t column) const {
    row = std::clamp<std::ptrdiff_t>(row, 0, height_ - 1);
    column = std::clamp<std::ptrdiff_t>(column, 0, width_ - 1);
    return plane_[row * width_ + column];
  }

  /// out(row, column) = value(row, column) for every pixel.
  template <class Value>
  void map(std::span<float> out, const Value& value) const {
    std::size_t at = 0;
    for (std::ptrdiff_t row = 0; row < height_; ++row)
      for (std::ptrdiff_t column = 0; column < width_; ++column) out[at++] = value(row, column);
  }

 private:
  std::ptrdiff_t height_, width_;
  Plane plane_;
};

void edge(const Padded& in, std::span<float> out) {
  in.map(out, [&](auto r, auto c) {
    const float across = in.at(r - 1, c + 1) + 2 * in.at(r, c + 1) + in.at(r + 1, c + 1) -
                         in.at(r - 1, c - 1) - 2 * in.at(r, c - 1) - in.at(r + 1, c - 1);
    const float down = in.at(r + 1, c - 1) + 2 * in.at(r + 1, c) + in.at(r + 1, c + 1) -
                       in.at(r - 1, c - 1) - 2 * in.at(r - 1, c) - in.at(r - 1, c + 1);
    return std::min(1.0F, std::sqrt(across * across + down * down));
  });
}

template <class Choose>
void rank_filter(const Padded& in, std::span<float> out, const Choose& choose) {
  in.map(out, [&](auto r, auto c) {
    float chosen = in.at(r, c);
    for (int i = -1; i <= 1; ++i)
      for (int j = -1; j <= 1; ++j) chosen = choose(chosen, in.at(r + i, c + j));
    return chosen;
  });
}

constexpr int kBlurRadius = 3;

std::array<float, 2 * kBlurRadius + 1> blur_kernel() {
  std::array<float, 2 * kBlurRadius + 1> kernel{};
  float sum = 0;
  for (int i = -kBlurRadius; i <= kBlurRadius; ++i)
    sum += kernel[i + kBlurRadius] = std::exp(-0.5F * static_cast<float>(i * i));
  for (float& weight : kernel) weight /= sum;
  return kernel;
}

void blur(const ImageShape& shape, const Padded& in, std::span<float> out) {
  const auto kernel = blur_kernel();
  const auto along = [&](const auto& value) {
    float sum = 0;
    for (int i = -kBlurRadius; i <= kBlurRadius; ++i) sum += kernel[i + kBlurRadius] * value(i);
    return sum;
  };
  std::vector<float> rows(shape.plane());
  in.map(rows, [&](auto r, auto c) { return along([&](int i) { return in.at(r, c + i); }); });
  const Padded half(shape, rows);
  half.map(out, [&](auto r, auto c) { return along([&](int i) { return half.at(r + i, c); }); });
}

}  // namespace

void transform_image(Modality modality, const ImageShape& shape, std::span<const float> in,
                     std::span<float> out) {
  SYNCGAP_EXPECTS(in.size() == shape.size() && out.size() == shape.size());
  for (std::size_t channel = 0; channel < shape.channels; ++channel) {
    const Plane from = in.subspan(channel * shape.plane(), shape.plane());
    const std::span<float> to = out.subspan(channel * shape.plane(), shape.plane());
    const Padded padded(shape, from);
    switch (modality) {
      case Modality::edge:
        edge(padded, to);
        break;
      case Modality::inversion:
        std::transform(from.begin(), from.end(), to.begin(), [](float x) { return 1.0F - x; });
        break;
      case Modality::dilation:
        rank_filter(padded, to, [](float a, float b) { return std::max(a, b); });
        break;
      case Modality::erosion:
        rank_filter(padded, to, [](float a, float b) { return std::min(a, b); });
        break;
      case Modality::blur:
        blur(shape, padded, to);
        break;
      case Modality::identity:
        std::copy(from.begin(), from.end(), to.begin());
        break;
    }
  }
}

}  // namespace syncgap::data
