#include "core/file_lock.h"

#include <cerrno>
#include <fcntl.h>

#include "core/posix.h"

namespace syncgap {
namespace {

struct flock lock_of(short kind, std::int64_t byte) {
  struct flock lock {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

}  // namespace

bool try_lock(int descriptor, LockKind kind, std::int64_t byte) {
  struct flock lock = lock_of(kind == LockKind::shared ? F_RDLCK : F_WRLCK, byte);
  if (retry_interrupted([&] { return ::fcntl(descriptor, F_OFD_SETLK, &lock); }) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  throw std::system_error(errno, std::generic_category(), "cannot lock a file");
}

bool is_locked(int descriptor, std::int64_t byte) {
  struct flock lock = lock_of(F_RDLCK, byte);
  return ::fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

bool means_no_locks(const std::error_code& code) {
  return code.value() == ENOLCK || code.value() == EOPNOTSUPP || code.value() == EINVAL;
}

}  // namespace syncgap
