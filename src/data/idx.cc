#include "data/idx.h"

#include <array>
#include <utility>

#include "core/check.h"

namespace syncgap::data {
namespace {

constexpr std::uint8_t kUnsignedByte = 8;

/// More pixels than this in one image is a damaged header, not a data set.
constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 28;

/// Reads the magic number; returns the number of dimensions.
std::size_t read_magic(ByteReader& file, const char* holds, std::size_t least, std::size_t most) {
  std::array<std::uint8_t, 4> magic{};
  file.read(magic, "the magic number");
  const std::string seen =
      concat("bytes ", int{magic[0]}, " ", int{magic[1]}, " ", int{magic[2]}, " ", int{magic[3]});
  if (magic[0] != 0 || magic[1] != 0)
    file.refuse("this is not an IDX file", 0, seen, "give a file that starts with two zero bytes");
  if (magic[2] != kUnsignedByte)
    file.refuse("the elements of this IDX file are not unsigned bytes", 2, seen,
                "convert the file to element type 8");
  if (magic[3] < least || magic[3] > most)
    file.refuse(concat("this IDX file does not hold ", holds), 3,
                concat(int{magic[3]}, " dimensions, not ", least,
                       least == most ? "" : concat(" or ", most)),
                "check that images and labels are not exchanged");
  return magic[3];
}

/// Everything before the pixels.
IdxImages read_image_header(ByteReader& file) {
  const std::size_t dimensions = read_magic(file, "images", 3, 4);
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

const char* stem_of(Part part) { return part == Part::train ? "train" : "t10k"; }

std::string image_file_of(const std::string& folder, Part part) {
  return find_raw_or_gzip(folder, concat(stem_of(part), "-images-idx3-ubyte"));
}
std::string label_file_of(const std::string& folder, Part part) {
  return find_raw_or_gzip(folder, concat(stem_of(part), "-labels-idx1-ubyte"));
}

}  // namespace

IdxImages read_idx_images(ByteReader& file) {
  IdxImages out = read_image_header(file);
  out.pixels = file.read(out.count * out.shape.size(), "pixels");
  file.expect_end("the last image");
  return out;
}

std::vector<std::int32_t> read_idx_labels(ByteReader& file, std::int64_t class_count) {
  read_magic(file, "labels", 1, 1);
  const std::uint64_t count = file.read_u32("the number of labels");
  const std::uint64_t begin = file.offset();
  const std::vector<std::uint8_t> bytes = file.read(count, "labels");
  file.expect_end("the last label");
  std::vector<std::int32_t> labels(bytes.begin(), bytes.end());
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] >= class_count)
      file.refuse("a label is out of range", begin + i,
                  concat("label ", labels[i], " of image ", i, ", with ", class_count, " classes"),
                  "set class_count to the number of classes, or mend the file");
  return labels;
}

ImageSet read_idx_folder(const std::string& folder, Part part, std::int64_t class_count) {
  ByteReader image_file(image_file_of(folder, part));
  ByteReader label_file(label_file_of(folder, part));
  std::vector<std::int32_t> labels = read_idx_labels(label_file, class_count);
  IdxImages images = read_idx_images(image_file);
  require_input(images.count == labels.size(), "images and labels do not belong together (",
                image_file.name(), " holds ", images.count, " images, ", label_file.name(), " ",
                labels.size(),
                " labels, the counts at byte offset 4): use the two files of one set");
  return {images.shape, std::move(images.pixels), std::move(labels)};
}

ImageOutline peek_idx_folder(const std::string& folder, Part part) {
  ByteReader image_file(image_file_of(folder, part));
  label_file_of(folder, part);
  const IdxImages header = read_image_header(image_file);
  return {std::int64_t(header.count), header.shape};
}

}  // namespace syncgap::data
