#include "data/cifar10.h"

#include <array>
#include <utility>
#include <vector>

#include "core/check.h"

namespace syncgap::data {
namespace {

constexpr ImageShape kShape{3, 32, 32};
constexpr std::uint8_t kClassCount = 10;

std::string file_of(Part part, int batch) {
  return part == Part::test ? "test_batch.bin" : concat("data_batch_", batch, ".bin");
}

}  // namespace

ImageSet read_cifar10(ByteReader& file) {
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  std::array<std::uint8_t, kShape.size()> image{};
  std::uint8_t label = 0;
  while (file.read_if_any(label)) {
    if (label >= kClassCount)
      file.refuse("a label is out of range", file.offset() - 1,
                  concat("label ", int{label}, " of image ", labels.size(), ", with 10 classes"),
                  "give the binary version of CIFAR-10 (not CIFAR-100, not the Python one)");
    file.read(image, "pixels");
    labels.push_back(label);
    pixels.insert(pixels.end(), image.begin(), image.end());
  }
  if (labels.empty())
    file.refuse("the file holds no images", 0, "it is empty", "copy or download the file again");
  return {kShape, std::move(pixels), std::move(labels)};
}

ImageOutline peek_cifar10_folder(const std::string& folder, Part part) {
  // Every file of the published set holds as many; how many a packed one does is not known before.
  constexpr std::int64_t kImagesPerFile = 10000;
  const int files = part == Part::test ? 1 : 5;
  for (int batch = 1; batch <= files; ++batch) find_raw_or_gzip(folder, file_of(part, batch));
  return {files * kImagesPerFile, kShape};
}

ImageSet read_cifar10_folder(const std::string& folder, Part part) {
  ImageSet all;
  for (int batch = 1; batch <= (part == Part::test ? 1 : 5); ++batch) {
    ByteReader file(find_raw_or_gzip(folder, file_of(part, batch)));
    all.append(read_cifar10(file));
  }
  return all;
}

}  // namespace syncgap::data
