#include "data/plain_arrays.h"

#include <type_traits>
#include <utility>

#include "core/check.h"

namespace syncgap::data {
namespace {

enum class ChannelPlace { first, last };

/// "set.h5, dataset labels, entry 7, byte offset 2055".
std::string place(const PlainArray& array, std::uint64_t entry) {
  std::string text = concat(array.name, ", entry ", entry);
  if (array.file_offset >= 0)
    text += concat(", byte offset ",
                   static_cast<std::uint64_t>(array.file_offset) + entry * array.element_bytes);
  return text;
}

std::string extents_text(const std::vector<std::uint64_t>& extents) {
  std::string text;
  for (const std::uint64_t extent : extents) text += concat(text.empty() ? "" : " x ", extent);
  return text;
}

ImageShape shape_of(const std::string& name, const std::vector<std::uint64_t>& e,
                    ChannelPlace& channel_place) {
  auto colours = [](std::uint64_t extent) { return extent == 1 || extent == 3; };
  channel_place = ChannelPlace::first;
  if (e.size() == 3) return {1, e[1], e[2]};
  if (e.size() == 4 && colours(e[1])) return {e[1], e[2], e[3]};
  if (e.size() == 4 && colours(e[3])) {
    channel_place = ChannelPlace::last;
    return {e[3], e[1], e[2]};
  }
  throw InputError(concat("a dataset does not hold images (", name, ", extents ", extents_text(e),
                          "): store them as (n, H, W), (n, C, H, W) or ",
                          "(n, H, W, C) with one or three channels"));
}

/// (n, H, W, C) -> (n, C, H, W).
template <class Pixel>
std::vector<Pixel> channels_first(const std::vector<Pixel>& pixels, const ImageShape& shape) {
  std::vector<Pixel> out(pixels.size());
  const std::size_t d = shape.size();
  for (std::size_t begin = 0; begin < pixels.size(); begin += d)
    for (std::size_t k = 0; k < shape.plane(); ++k)
      for (std::size_t c = 0; c < shape.channels; ++c)
        out[begin + c * shape.plane() + k] = pixels[begin + k * shape.channels + c];
  return out;
}

std::vector<std::int32_t> checked_labels(const PlainArray& labels, std::int64_t class_count) {
  std::vector<std::int32_t> out;
  std::visit(
      [&](const auto& values) {
        using Value = typename std::decay_t<decltype(values)>::value_type;
        if constexpr (std::is_same_v<Value, float>) {
          throw InputError(concat("labels are not integers (", labels.name, ", reals of ",
                                  labels.element_bytes, " bytes): store them as integers"));
        } else {
          for (std::size_t i = 0; i < values.size(); ++i) {
            const std::int64_t label = values[i];
            require_input(label >= 0 && label < class_count, "a label is out of range (",
                          place(labels, i), ", label ", label, ", with ", class_count,
                          " classes): set class_count to the number of classes, or ",
                          "mend the file");
            out.push_back(static_cast<std::int32_t>(label));
          }
        }
      },
      labels.values);
  return out;
}

}  // namespace

ImageOutline outline_of(const std::string& name, const std::vector<std::uint64_t>& extents) {
  ChannelPlace ignored;
  const ImageShape shape = shape_of(name, extents, ignored);
  return {static_cast<std::int64_t>(extents.front()), shape};
}

ImageSet images_from_arrays(PlainArray images, const PlainArray& labels, std::int64_t class_count) {
  ChannelPlace channel_place;
  const ImageShape shape = shape_of(images.name, images.extents, channel_place);
  // Some store a column of one.
  const bool one_each =
      labels.extents.size() == 1 || (labels.extents.size() == 2 && labels.extents[1] == 1);
  require_input(one_each && labels.extents[0] == images.extents[0],
                "images and labels do not belong together (", images.name, ", extents ",
                extents_text(images.extents), "; ", labels.name, ", extents ",
                extents_text(labels.extents), "): give one label for each image");
  std::vector<std::int32_t> checked = checked_labels(labels, class_count);
  return std::visit(
      [&](auto& values) -> ImageSet {
        using Value = typename std::decay_t<decltype(values)>::value_type;
        if constexpr (std::is_same_v<Value, std::int64_t>) {
          throw InputError(concat("pixels have the wrong type (", images.name,
                                  ", whole numbers of ", images.element_bytes,
                                  " bytes): store them as unsigned bytes or as floats in [0, 1]"));
        } else {
          if constexpr (std::is_same_v<Value, float>)
            for (std::size_t i = 0; i < values.size(); ++i)
              require_input(values[i] >= 0 && values[i] <= 1, "a pixel is out of range (",
                            place(images, i), ", ", values[i],
                            "): scale the pixels to [0, 1], or store bytes");
          if (channel_place == ChannelPlace::last) values = channels_first(values, shape);
          return {shape, std::move(values), std::move(checked)};
        }
      },
      images.values);
}

}  // namespace syncgap::data
