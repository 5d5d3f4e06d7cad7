#include "data/image_points.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/checksum.h"
#include "core/numbers.h"

namespace syncgap::data {
namespace {

/// The `count` images of one class, in no particular order.
std::vector<std::uint32_t> choose_of_class(const ImageSet& images, std::int32_t wanted,
                                           std::size_t count, bool all, Subset subset,
                                           const RandomStream& stream) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> found;  // sort key, index
  for (std::size_t i = 0; i < images.count(); ++i) {
    if (images.label(i) != wanted) continue;
    std::uint64_t key = 0;
    if (subset == Subset::random) {
      const auto bits = stream.bits(i, 0, 0);
      key = std::uint64_t{bits[0]} << 32 | bits[1];
    }
    found.emplace_back(key, static_cast<std::uint32_t>(i));
  }
  require_input(!found.empty(), "the data set has no image of class ", wanted, " (", images.count(),
                " images read): choose another class");
  if (all) count = found.size();
  require_input(count <= found.size(), "too few images of class ", wanted, " (", found.size(),
                " in the data set, ", count, " wanted): ask for fewer images");
  const auto end = found.begin() + count;
  std::partial_sort(found.begin(), end, found.end());
  std::vector<std::uint32_t> chosen;
  for (auto it = found.begin(); it != end; ++it) chosen.push_back(it->second);
  return chosen;
}

}  // namespace

std::vector<std::uint32_t> choose_images(const ImageSet& images,
                                         std::span<const std::int32_t> classes, std::size_t count,
                                         Subset subset, const RandomStream& stream) {
  SYNCGAP_EXPECTS(!classes.empty());
  std::vector<std::uint32_t> chosen;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const std::size_t share = count / classes.size() + (c < count % classes.size() ? 1 : 0);
    const auto of_class = choose_of_class(images, classes[c], share, count == 0, subset, stream);
    chosen.insert(chosen.end(), of_class.begin(), of_class.end());
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<std::uint32_t> images_of_classes(const ImageSet& images,
                                             std::span<const std::int32_t> classes) {
  return choose_images(images, classes, 0, Subset::first, RandomStream(0, "all"));
}

template <class Real>
ImagePoints<Real> make_points(const ImageSet& images, std::span<const std::uint32_t> chosen,
                              PointFormat format) {
  const ImageShape from = images.shape();
  ImagePoints<Real> out;
  out.shape = {format.channels ? format.channels : from.channels,
               format.padded_size ? format.padded_size : from.height,
               format.padded_size ? format.padded_size : from.width};
  require_input(out.shape.channels <= from.channels, "the images have too few channels (",
                to_text(from), ", ", format.channels, " wanted): lower `channels`");
  require_input(out.shape.height >= from.height && out.shape.width >= from.width,
                "the images are larger than the padded size (", to_text(from), ", padding to ",
                format.padded_size, "): raise `padded_size`");
  const std::size_t top = (out.shape.height - from.height) / 2;
  const std::size_t left = (out.shape.width - from.width) / 2;
  const std::size_t d = out.shape.size(), plane = out.shape.plane();
  out.values.assign(chosen.size() * d, Real(0));
  out.channel_mean.assign(out.shape.channels, 0.0);
  std::vector<float> image(from.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    images.copy_image(chosen[i], image);
    Real* point = out.values.data() + i * d;
    for (std::size_t c = 0; c < out.shape.channels; ++c)
      for (std::size_t h = 0; h < from.height; ++h)
        for (std::size_t w = 0; w < from.width; ++w) {
          const float pixel = image[(c * from.height + h) * from.width + w];
          point[c * plane + (top + h) * out.shape.width + left + w] = static_cast<Real>(pixel);
          out.channel_mean[c] += static_cast<double>(pixel);
        }
  }
  for (double& mean : out.channel_mean) mean /= to_real(chosen.size()) * to_real(plane);
  for (std::size_t k = 0; k < out.values.size(); ++k)
    out.values[k] =
        static_cast<Real>(static_cast<double>(out.values[k]) - out.channel_mean[k % d / plane]);
  return out;
}

template ImagePoints<float> make_points(const ImageSet&, std::span<const std::uint32_t>,
                                        PointFormat);
template ImagePoints<double> make_points(const ImageSet&, std::span<const std::uint32_t>,
                                         PointFormat);

std::uint64_t checksum(const ImageSet& images, std::span<const std::uint32_t> chosen) {
  Fnv1aChecksum sum;
  std::vector<float> image(images.shape().size());
  for (const std::uint32_t i : chosen) {
    images.copy_image(i, image);
    sum.add(image.data(), image.size() * sizeof(float));
    const std::int32_t label = images.label(i);
    sum.add(&label, sizeof label);
  }
  return sum.value();
}

}  // namespace syncgap::data
