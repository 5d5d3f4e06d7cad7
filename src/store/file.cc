#include "store/file.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/check.h"
#include "core/numbers.h"
#include "core/posix.h"
#include "store/record_error.h"

namespace syncgap::store {
namespace {

[[noreturn]] void fail(const std::string& action, const std::string& path,
                       File::Mode mode = File::Mode::read_write) {
  const int reason = errno;
  std::string advice;
  if (reason == ENOSPC || reason == EDQUOT) advice = ": free some space, then run the job again";
  if (reason == EACCES || reason == EROFS || reason == EPERM)
    advice = mode == File::Mode::read ? ": check its permissions"
                                      : ": choose a place you may write to with --record";
  throw RecordError(
      concat("cannot ", action, " (", path, ", ", std::strerror(reason), ")", advice));
}

// Above this a system call costs less than the page faults of the map (benchmark bench_sweep).
constexpr std::size_t kSmallWrite = std::size_t{1} << 11;

/// File systems of one node that overwrite blocks where they are: a store to an allocated page
/// cannot find the disk full.
bool is_local_and_in_place(long type) {
  constexpr long ext = 0xEF53, xfs = 0x58465342;
  return type == ext || type == xfs;
}

// Where it goes on after a map was touched when the page behind it is gone: the file was cut short
// by another program, or its disk fails. The system says so by SIGBUS.
thread_local sigjmp_buf page_is_gone;
thread_local volatile std::sig_atomic_t touching = 0;

void on_bus_error(int number) {
  if (touching != 0) siglongjmp(page_is_gone, 1);
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void catch_bus_errors() {
  struct sigaction action {};
  action.sa_handler = on_bus_error;
  action.sa_flags = SA_NODEFER;  // the handler is left by a jump
  ::sigaction(SIGBUS, &action, nullptr);
}

/// memcpy from or to a map; false if a page of it is gone.
bool copy_mapped(void* to, const void* from, std::size_t bytes) {
  if (sigsetjmp(page_is_gone, 0) != 0) {
    touching = 0;
    return false;
  }
  touching = 1;
  // What was stored before is visible before this: a unit's status comes last.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::atomic_thread_fence(std::memory_order_release);
  std::memcpy(to, from, bytes);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  touching = 0;
  return true;
}

}  // namespace

void refuse_folder(const std::string& path, const char* what) {
  std::error_code ignored;
  if ((!path.empty() && path.back() == '/') || std::filesystem::is_directory(path, ignored))
    throw RecordError(concat("a folder is not ", what, " (", path, "): name the file in it, ",
                             (std::filesystem::path(path) / "NAME.h5").string()));
}

File::File(std::string path, Mode mode) : path_(std::move(path)) {
  const int flags = mode == Mode::read     ? O_RDONLY
                    : mode == Mode::append ? O_WRONLY | O_APPEND
                                           : O_RDWR;
  descriptor_ = retry_interrupted([&] { return ::open(path_.c_str(), flags | O_CLOEXEC); });
  if (descriptor_ < 0)
    fail(mode == Mode::read ? "open the file" : "open the file for writing", path_, mode);
}

File::~File() {
  if (map_ != nullptr) ::munmap(map_, mapped_);
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::uint64_t File::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail("look at the file", path_);
  return status.st_size;
}

bool File::is_at(const std::string& path) const {
  struct stat mine {
  }, there{};
  return ::fstat(descriptor_, &mine) == 0 && ::stat(path.c_str(), &there) == 0 &&
         mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

bool File::is_on_network() const {
  // NFS, SMB 1 to 3, Ceph, Lustre, GPFS, BeeGFS, and whatever FUSE brings, as statfs(2) numbers
  // them.
  constexpr std::array<std::uint32_t, 8> kinds = {0x6969,     0xFF534D42, 0xFE534D42, 0x00C36400,
                                                  0x0BD00BD0, 0x47504653, 0x19830326, 0x65735546};
  struct statfs system {};
  if (::fstatfs(descriptor_, &system) != 0) return true;
  return std::find(kinds.begin(), kinds.end(), static_cast<std::uint32_t>(system.f_type)) !=
         kinds.end();
}

std::uint64_t File::name_count() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail("look at the file", path_);
  return status.st_nlink;
}

void File::read_at(std::uint64_t offset, void* data, std::size_t bytes) const {
  auto* to = static_cast<char*>(data);
  while (bytes > 0) {
    const auto got =
        retry_interrupted([&] { return ::pread(descriptor_, to, bytes, signed_size(offset)); });
    if (got < 0) fail("read the file", path_);
    if (got == 0)
      throw RecordError(concat("the file ends early (", path_, ", at byte ", offset,
                               "): it is truncated; restore it from a copy"));
    to += got;
    offset += got;
    bytes -= got;
  }
}

void File::map_small_writes() {
  if (map_ != nullptr) return;
  struct statfs system {};
  if (::fstatfs(descriptor_, &system) != 0 || !is_local_and_in_place(system.f_type)) return;
  const std::size_t bytes = size();
  void* map = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (map == MAP_FAILED) return;
  catch_bus_errors();
  map_ = static_cast<char*>(map);
  mapped_ = bytes;
}

bool File::holds_at(std::uint64_t offset, const void* data, std::size_t bytes) const {
  std::array<char, 64> there{};
  SYNCGAP_EXPECTS(bytes <= there.size());
  if (offset < mapped_ && bytes <= mapped_ - offset) {
    if (!copy_mapped(there.data(), map_ + offset, bytes)) return false;
  } else {
    const auto got = retry_interrupted(
        [&] { return ::pread(descriptor_, there.data(), bytes, signed_size(offset)); });
    if (got != static_cast<ssize_t>(bytes)) return false;
  }
  return std::memcmp(there.data(), data, bytes) == 0;
}

void File::write_at(std::uint64_t offset, const void* data, std::size_t bytes) const {
  if (bytes <= kSmallWrite && offset < mapped_ && bytes <= mapped_ - offset) {
    if (copy_mapped(map_ + offset, data, bytes)) return;
    throw RecordError(concat("the file changed its length while it was written (", path_,
                             "): another program cut it short, or the disk fails; restore it from "
                             "a copy"));
  }
  const auto* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const auto put =
        retry_interrupted([&] { return ::pwrite(descriptor_, from, bytes, signed_size(offset)); });
    if (put < 0) fail("write the file", path_);
    from += put;
    offset += put;
    bytes -= put;
  }
}

void File::append(const void* data, std::size_t bytes) const {
  const auto* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const auto put = retry_interrupted([&] { return ::write(descriptor_, from, bytes); });
    if (put < 0) fail("write the file", path_);
    from += put;
    bytes -= put;
  }
}

void File::cut(std::uint64_t length) const {
  if (retry_interrupted([&] { return ::ftruncate(descriptor_, signed_size(length)); }) != 0)
    fail("cut the file", path_);
}

void File::reserve() const {
  if (retry_interrupted([&] { return ::fallocate(descriptor_, 0, 0, signed_size(size())); }) == 0)
    return;
  if (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL) fail("write the file", path_);
}

void File::sync() const {
  if (retry_interrupted([&] { return ::fdatasync(descriptor_); }) != 0)
    fail("flush the file to disk", path_);
}

}  // namespace syncgap::store
