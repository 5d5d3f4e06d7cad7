#include "data/idx.h"

#include <array>
#include <utility>

#include "core/check.h"
#include "data/idx_files.h"

namespace syncgap::data {
namespace {

constexpr std::uint8_t kUnsignedByte = 8;

/// Bytes of an element of whole numbers; 0 for other types.
std::size_t bytes_of(std::uint8_t type) {
  switch (type) {
    case kUnsignedByte:
    case 9:
      return 1;
    case 11:
      return 2;
    case 12:
      return 4;
    default:
      return 0;
  }
}

/// More pixels than this in one image is a damaged header, not a data set.
constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 28;

/// More than this beside a label is no table of labels; QMNIST's has 8.
constexpr std::uint64_t kMostColumns = 64;

/// What the first four bytes say.
struct Magic {
  std::uint8_t type = 0;
  std::size_t dimensions = 0;
};

Magic read_magic(ByteReader& file, const char* holds, std::size_t least, std::size_t most) {
  std::array<std::uint8_t, 4> magic{};
  file.read(magic, "the magic number");
  const std::string seen =
      concat("bytes ", int{magic[0]}, " ", int{magic[1]}, " ", int{magic[2]}, " ", int{magic[3]});
  if (magic[0] != 0 || magic[1] != 0)
    file.refuse("this is not an IDX file", 0, seen, "give a file that starts with two zero bytes");
  if (magic[3] < least || magic[3] > most)
    file.refuse(concat("this IDX file does not hold ", holds), 3,
                concat(int{magic[3]}, " dimensions, not ", least, " or ", most),
                "check that images and labels are not exchanged");
  return {magic[2], magic[3]};
}

/// Everything before the pixels.
IdxImages read_image_header(ByteReader& file) {
  const auto [type, dimensions] = read_magic(file, "images", 3, 4);
  if (type != kUnsignedByte)
    file.refuse("the pixels of this IDX file are not unsigned bytes", 2,
                concat("element type ", int{type}), "convert the file to element type 8");
  IdxImages out;
  out.count = file.read_u32("the number of images");
  out.shape.channels = dimensions == 4 ? file.read_u32("the number of channels") : 1;
  out.shape.height = file.read_u32("the number of rows");
  const std::uint64_t at = file.offset();
  out.shape.width = file.read_u32("the number of columns");
  // Each extent is below 2^32, so products are checked one at a time.
  const std::uint64_t plane = std::uint64_t{out.shape.height} * out.shape.width;
  if (out.count == 0 || out.shape.channels == 0 || plane == 0)
    file.refuse("the file holds no pixels", 4,
                concat("extents ", out.count, " images of ", to_text(out.shape)),
                "give a file with images");
  if (plane > kMostPixels || out.shape.channels > kMostPixels / plane)
    file.refuse("the images are impossibly large", at, to_text(out.shape),
                "the header is damaged; copy or download the file again");
  return out;
}

}  // namespace

IdxImages read_idx_images(ByteReader& file) {
  IdxImages out = read_image_header(file);
  out.pixels = file.read(out.count * out.shape.size(), "pixels");
  file.expect_end("the last image");
  return out;
}

std::vector<std::int32_t> read_idx_labels(ByteReader& file, std::int64_t class_count) {
  const auto [type, dimensions] = read_magic(file, "labels", 1, 2);
  const std::size_t size = bytes_of(type);
  if (size == 0)
    file.refuse("the labels of this IDX file are not whole numbers", 2,
                concat("element type ", int{type}), "convert the file to element type 8");
  const std::uint64_t count = file.read_u32("the number of labels");
  const std::uint64_t columns = dimensions == 2 ? file.read_u32("the number of columns") : 1;
  if (columns == 0 || columns > kMostColumns)
    file.refuse("this is no table of labels", 8, concat(columns, " columns"),
                "check that images and labels are not exchanged");
  const std::uint64_t begin = file.offset();
  const std::vector<std::uint8_t> bytes = file.read(count * columns * size, "labels");
  file.expect_end("the last label");
  std::vector<std::int32_t> labels(count);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::size_t at = i * columns * size;
    // The sign is that of the first byte, the most significant one.
    std::int64_t label = type == kUnsignedByte ? bytes[at] : static_cast<std::int8_t>(bytes[at]);
    for (std::size_t k = 1; k < size; ++k) label = label * 256 + bytes[at + k];
    if (label < 0 || label >= class_count)
      file.refuse("a label is out of range", begin + at,
                  concat("label ", label, " of image ", i, ", with ", class_count, " classes"),
                  "set class_count to the number of classes, or mend the file");
    labels[i] = static_cast<std::int32_t>(label);
  }
  return labels;
}

ImageSet read_idx_folder(const std::string& folder, Part part, std::int64_t class_count,
                         const std::string& prefix) {
  const IdxFiles files = find_idx_files(folder, part, prefix);
  ByteReader image_file(files.images);
  ByteReader label_file(files.labels);
  std::vector<std::int32_t> labels = read_idx_labels(label_file, class_count);
  IdxImages images = read_idx_images(image_file);
  require_input(images.count == labels.size(), "images and labels do not belong together (",
                image_file.name(), " holds ", images.count, " images, ", label_file.name(), " ",
                labels.size(),
                " labels, the counts at byte offset 4): use the two files of one set");
  return {images.shape, std::move(images.pixels), std::move(labels)};
}

ImageOutline peek_idx_folder(const std::string& folder, Part part, const std::string& prefix) {
  ByteReader image_file(find_idx_files(folder, part, prefix).images);
  const IdxImages header = read_image_header(image_file);
  return {std::int64_t(header.count), header.shape};
}

}  // namespace syncgap::data
