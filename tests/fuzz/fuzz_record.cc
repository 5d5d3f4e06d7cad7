// Any bytes as a record: it is read in full, or refused with a RecordError; nothing else may
// happen.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

#include "core/check.h"
#include "store/hdf5.h"
#include "store/record.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using namespace syncgap;

/// A file in memory that has a path.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("record", 0)) {
    if (descriptor_ < 0) std::abort();
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  void fill(const std::uint8_t* data, std::size_t size) const {
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, data, size, 0) != static_cast<ssize_t>(size))
      std::abort();
  }

 private:
  int descriptor_;
};

void read_everything(const std::string& path) {
  const store::Record record(path, store::Record::Access::read);
  const auto statuses = record.statuses();
  const auto damaged = record.damaged(0, record.unit_count(), statuses);
  if (damaged.size() > statuses.size() || record.seconds().size() != statuses.size()) std::abort();
  for (const auto& failure : record.failures())
    if (record.grid().describe(failure.unit).empty()) std::abort();
  for (std::uint64_t unit = 0; unit < record.unit_count(); ++unit)
    if (std::ssize(record.values(unit)) != record.layout().total()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MemoryFile file;
  file.fill(data, size);
  try {
    read_everything(file.path());
  } catch (const store::RecordError& error) {
    if (std::string(error.what()).empty()) std::abort();
  }
  return 0;
}

/// Nearly every change is caught by the seal, so most are aimed: at the seal itself, or at the
/// bytes it leaves open (cells, statuses, checksums, failure messages).
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  constexpr std::size_t kFooter = 48, kRange = 16;
  std::uint64_t hdf5_length = 0, range_count = 0;
  if (size > kFooter) {
    std::memcpy(&hdf5_length, data + size - kFooter, 8);
    std::memcpy(&range_count, data + size - kFooter + 16, 8);
  }
  const bool sealed = range_count > 0 && range_count < 100 && hdf5_length < size &&
                      hdf5_length + range_count * kRange + kFooter == size;
  if (!sealed || seed % 4 == 0) return LLVMFuzzerMutate(data, size, max_size);
  std::uint64_t begin = hdf5_length, length = size - hdf5_length;
  if (seed % 4 != 1) {
    const std::uint8_t* range = data + hdf5_length + kRange * (seed / 4 % range_count);
    std::uint64_t offset = 0, bytes = 0;
    std::memcpy(&offset, range, 8);
    std::memcpy(&bytes, range + 8, 8);
    if (bytes > 0 && offset < size && bytes <= size - offset) begin = offset, length = bytes;
  }
  // In place: the file keeps its length.
  LLVMFuzzerMutate(data + begin, length, length);
  return size;
}
