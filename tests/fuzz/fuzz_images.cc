// Any bytes as an image file, by the first byte as IDX images or labels or as CIFAR-10, plain from
// memory or from a file that may be gzip: they are read, or refused with an InputError.
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "core/check.h"
#include "data/cifar10.h"
#include "data/idx.h"
#include "data/image_points.h"

namespace {

using namespace syncgap;

void require(bool condition) {
  if (!condition) std::abort();
}

/// What was accepted must be usable.
void use(const data::ImageSet& images) {
  std::vector<float> image(images.shape().size());
  for (std::size_t i = 0; i < images.count(); ++i) {
    images.copy_image(i, image);
    for (const float pixel : image) require(pixel >= 0 && pixel <= 1);
  }
  if (images.shape().size() > 10000) return;
  std::vector<std::uint32_t> all;
  for (std::uint32_t i = 0; i < images.count(); ++i) all.push_back(i);
  const auto points = data::make_points<float>(images, all, {});
  require(points.values.size() == images.count() * images.shape().size());
}

void read_images(data::ByteReader& file) {
  data::IdxImages images = data::read_idx_images(file);
  require(images.count > 0 && images.pixels.size() == images.count * images.shape.size());
  require(file.offset() == images.pixels.size() + 16 || file.offset() == images.pixels.size() + 20);
  std::vector<std::int32_t> labels(images.count, 0);
  use({images.shape, std::move(images.pixels), std::move(labels)});
}

void read_labels(data::ByteReader& file) {
  const auto labels = data::read_idx_labels(file, 10);
  require(file.offset() == labels.size() + 8);
  for (const std::int32_t label : labels) require(label >= 0 && label < 10);
}

void read_cifar10(data::ByteReader& file) {
  const data::ImageSet images = data::read_cifar10(file);
  require(images.count() > 0 && file.offset() == images.count() * 3073);
  use(images);
}

/// A file in memory that has a path.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("images", 0)) { require(descriptor_ >= 0); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  void fill(std::span<const std::uint8_t> bytes) const {
    require(::ftruncate(descriptor_, 0) == 0 && ::pwrite(descriptor_, bytes.data(), bytes.size(),
                                                         0) == static_cast<ssize_t>(bytes.size()));
  }

 private:
  int descriptor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> bytes(data + 1, size - 1);
  const auto read = data[0] % 3 == 0 ? read_images : data[0] % 3 == 1 ? read_labels : read_cifar10;
  try {
    if (data[0] < 128) {
      data::ByteReader file(bytes, "memory");
      read(file);
    } else {
      static const MemoryFile memory;
      memory.fill(bytes);
      data::ByteReader file(memory.path());
      read(file);
    }
  } catch (const InputError& error) {
    require(std::string(error.what()).find("byte offset") != std::string::npos);
  }
  return 0;
}
