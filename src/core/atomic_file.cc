#include "core/atomic_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>
#include <utility>

#include "core/check.h"
#include "core/posix.h"

namespace syncgap {
namespace {

int rename_to_nothing(const std::string& from, const std::string& to) {
  const int code = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  if (code == 0 || (errno != EINVAL && errno != ENOSYS)) return code;
  // Network file systems may not know the flag; all of them know that a link replaces nothing.
  if (::link(from.c_str(), to.c_str()) != 0) return -1;
  ::unlink(from.c_str());
  return 0;
}

/// Makes the new name durable. Some network file systems refuse to sync a folder, and some folders
/// may not be read: the name is then as durable as they make it.
void sync_folder_of(const std::string& path) {
  const auto folder = std::filesystem::absolute(path).parent_path().string();
  const int descriptor =
      retry_interrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

FileError::FileError(const std::string& action, const std::string& path, std::error_code code)
    : std::runtime_error(
          concat("cannot ", action, " (", path, ", ", std::strerror(code.value()), ")")),
      code_(code) {}

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), growing_(path_ + ".writing") {
  ::unlink(growing_.c_str());
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!finished_) ::unlink(growing_.c_str());
}

void AtomicFile::fail(const char* action, const std::string& path) const {
  throw FileError(action, path, {errno, std::generic_category()});
}

void AtomicFile::open() {
  if (descriptor_ >= 0) return;
  descriptor_ = retry_interrupted(
      [&] { return ::open(growing_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666); });
  if (descriptor_ < 0) fail("open the file for writing", growing_);
}

void AtomicFile::write(const void* data, std::size_t bytes) {
  open();
  const auto* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const auto put = retry_interrupted([&] { return ::write(descriptor_, from, bytes); });
    if (put < 0) fail("write the file", growing_);
    from += put;
    bytes -= put;
  }
}

void AtomicFile::finish(Existing existing) {
  open();
  if (retry_interrupted([&] { return ::fsync(descriptor_); }) != 0)
    fail("flush the file to disk", growing_);
  const int code = existing == Existing::replace ? std::rename(growing_.c_str(), path_.c_str())
                                                 : rename_to_nothing(growing_, path_);
  if (code != 0) fail("give the file its name", path_);
  finished_ = true;
  ::close(std::exchange(descriptor_, -1));
  sync_folder_of(path_);
}

}  // namespace syncgap
