// Any bytes as an image file: by the first byte as IDX images or labels or as CIFAR-10, plain from
// memory or from a file that may be gzip; as arrays such as an HDF5 file holds, made up from the
// bytes; as an .npz file or a batch of CIFAR-100's Python version. They are read, or refused with
// an InputError.
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "core/check.h"
#include "data/cifar.h"
#include "data/idx.h"
#include "data/image_points.h"
#include "data/npz.h"
#include "data/plain_arrays.h"

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
  require(file.offset() >= labels.size() + 8);
  for (const std::int32_t label : labels) require(label >= 0 && label < 10);
}

void read_cifar10(data::ByteReader& file) {
  const data::ImageSet images = data::read_cifar(file, data::Cifar::ten, 10);
  require(images.count() > 0 && file.offset() == images.count() * 3073);
  use(images);
}

/// Takes numbers off the front of the bytes; zeros once they are used up.
class Numbers {
 public:
  explicit Numbers(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::uint8_t next() {
    if (bytes_.empty()) return 0;
    const std::uint8_t value = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

/// An array as the HDF5 reader hands it over: as many values as its extents say, of any kind; never
/// empty.
data::PlainArray take_array(Numbers& numbers) {
  data::PlainArray out;
  out.name = "array";
  const std::uint8_t kind = numbers.next();
  std::size_t count = 1;
  for (int rank = 1 + numbers.next() % 5; rank > 0; --rank) {
    out.extents.push_back(1 + numbers.next() % 7);
    count *= out.extents.back();
  }
  const auto fill = [&]<class Value>(Value scale) {
    std::vector<Value> values;
    for (std::size_t i = 0; i < count; ++i)
      values.push_back(static_cast<Value>(static_cast<Value>(numbers.next()) / scale));
    return values;
  };
  if (kind % 3 == 0) out.values = fill(std::uint8_t{1});
  if (kind % 3 == 1) out.values = fill(std::int64_t{1});
  if (kind % 3 == 2) out.values = fill(200.0F);
  if (kind >= 128) out.file_offset = 2048, out.element_bytes = 4;
  return out;
}

void read_arrays(std::span<const std::uint8_t> bytes) {
  Numbers numbers(bytes);
  data::PlainArray images = take_array(numbers);
  const data::PlainArray labels = take_array(numbers);
  const std::vector<std::uint64_t> extents = images.extents;
  const data::ImageSet set = data::images_from_arrays(std::move(images), labels, 10);
  require(set.count() == extents[0] && set.count() == labels.extents[0]);
  for (const std::int32_t label : set.labels()) require(label >= 0 && label < 10);
  use(set);
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

void read_npz(const std::string& path) {
  for (const data::Part part : {data::Part::train, data::Part::validation, data::Part::test})
    if (data::has_npz_part(path, part)) {
      const data::ImageSet images = data::read_npz(path, part, 10);
      require(std::int64_t(images.count()) == data::peek_npz(path, part).count);
      use(images);
    }
}

void read_pickle(const std::string& path) {
  const data::ImageSet images = data::read_cifar_pickle(path, data::Cifar::hundred_coarse, 20);
  require(images.count() > 0);
  for (const std::int32_t label : images.labels()) require(label >= 0 && label < 20);
  use(images);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> bytes(data + 1, size - 1);
  const int kind = data[0] % 128 % 6;
  static const MemoryFile memory;
  const auto read = kind == 0 ? read_images : kind == 1 ? read_labels : read_cifar10;
  try {
    if (kind == 3) {
      read_arrays(bytes);
    } else if (kind > 3) {
      memory.fill(bytes);
      (kind == 4 ? read_npz : read_pickle)(memory.path());
    } else if (data[0] < 128) {
      data::ByteReader file(bytes, "memory");
      read(file);
    } else {
      memory.fill(bytes);
      data::ByteReader file(memory.path());
      read(file);
    }
  } catch (const InputError& error) {
    require(kind >= 3 || std::string(error.what()).find("byte offset") != std::string::npos);
  }
  return 0;
}
