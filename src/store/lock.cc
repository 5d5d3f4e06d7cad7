#include "store/lock.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "core/file_lock.h"
#include "core/posix.h"
#include "store/record_error.h"

namespace syncgap::store {
namespace {

constexpr std::int64_t kOwnerByte = 0;
constexpr std::int64_t kSharedByte = 1;
// The file: the run's note, and from kLines on lines of kLine bytes each, padded with zeros.
constexpr std::size_t kLines = 4096, kLine = 256;

/// Beside the record itself, whichever symbolic link named it.
std::string lock_path(const std::string& record) {
  std::error_code error;
  const auto place = std::filesystem::weakly_canonical(record, error);
  return (error ? record : place.string()) + ".lock";
}

/// True if the lock was taken, false if another process has it.
bool try_lock(const File& file, LockKind kind, std::int64_t byte, const std::string& path) {
  try {
    return syncgap::try_lock(file.descriptor(), kind, byte);
  } catch (const std::system_error& error) {
    if (!means_no_locks(error.code()))
      throw RecordError(concat("cannot lock the record (", path, ", ",
                               std::strerror(error.code().value()),
                               "): choose another place with --record"));
    std::fprintf(stderr,
                 "syncgap: warning: this file system has no locks (%s): make sure that no other "
                 "run writes the same record\n",
                 path.c_str());
    return true;
  }
}

bool is_left_over(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool held = is_locked(descriptor, kOwnerByte) || is_locked(descriptor, kSharedByte);
  ::close(descriptor);
  return !held;
}

std::optional<RunNote> read_note(const std::string& path) {
  std::string text(kLines, '\0');
  std::ifstream file(path);
  file.read(text.data(), kLines);
  text.resize(text.find('\0') == std::string::npos ? text.size() : text.find('\0'));
  std::istringstream in(text);
  RunNote note;
  std::string key;
  while (in >> key) {
    if (key == "host") in >> note.host;
    if (key == "process") in >> note.process;
    if (key == "ranks") in >> note.ranks;
    if (key == "teams") in >> note.teams;
    if (key == "started") in >> note.started;
    if (key == "slurm_job") in >> note.slurm_job;
  }
  if (note.process == 0) return std::nullopt;
  return note;
}

[[noreturn]] void refuse(const std::string& record, const std::string& who) {
  throw RecordError(concat("the record is in use (", record, ", by ", who,
                           "): wait for that run, stop it, or give another --record"));
}

[[noreturn]] void refuse(const std::string& record) {
  const auto note = read_note(lock_path(record));
  refuse(record, note ? concat("process ", note->process, " on ", note->host) : "another run");
}

/// Who may write the record may lock it: what a killed run leaves must not stop another member of
/// its group.
void share_with_writers_of(const std::string& record, int descriptor) {
  struct stat status {};
  if (::stat(record.c_str(), &status) != 0) return;  // the user's own mask decides of both
  // Of somebody else's file neither can be changed, nor need it be.
  [[maybe_unused]] const int group = ::fchown(descriptor, static_cast<uid_t>(-1), status.st_gid);
  ::fchmod(descriptor, (status.st_mode & 0666) | 0600);
}

/// Opens the lock file, or makes one. One that cannot be written and that nobody holds is a
/// leftover: the lock of the record itself keeps out who still has it open.
void make_lock_file(const std::string& path, const std::string& record) {
  const auto open = [&] {
    return retry_interrupted(
        [&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666); });
  };
  int made = open();
  int reason = errno;
  if (made < 0 && reason == EACCES && is_left_over(path) && ::unlink(path.c_str()) == 0) {
    made = open();
    reason = errno;
  }
  if (made < 0)
    throw RecordError(concat("cannot create the lock file (", path, ", ", std::strerror(reason),
                             "): choose another place with --record"));
  share_with_writers_of(record, made);
  ::close(made);
}

/// Locks the record itself, by the same bytes as its lock file. Where HDF5's locks of whole files
/// are locks of all bytes, as on network file systems, that would keep readers out: there only a
/// record of several names is locked.
File lock_record(const std::string& record, LockKind kind) {
  File file(record, File::Mode::read_write);
  if (file.is_on_network() && file.name_count() < 2) return file;
  const auto take = [&](LockKind how, std::int64_t byte) {
    if (!try_lock(file, how, byte, record)) refuse(record, "another run, by another of its names");
  };
  if (kind == LockKind::exclusive) {
    take(LockKind::exclusive, kOwnerByte);
    take(LockKind::exclusive, kSharedByte);
  }
  take(LockKind::shared, kSharedByte);
  return file;
}

}  // namespace

RecordLock::~RecordLock() {
  std::error_code error;
  if (!owned_path_.empty() && file_.is_at(owned_path_)) std::filesystem::remove(owned_path_, error);
}

RecordLock::RecordLock(RecordLock&& other) noexcept
    : owned_path_(std::exchange(other.owned_path_, {})),
      file_(std::move(other.file_)),
      record_(std::move(other.record_)) {}

RecordLock& RecordLock::operator=(RecordLock&& other) noexcept {
  std::swap(owned_path_, other.owned_path_);
  std::swap(file_, other.file_);
  std::swap(record_, other.record_);
  return *this;
}

RecordLock RecordLock::take(const std::string& record, const RunNote& note) {
  RecordLock lock;
  const std::string path = lock_path(record);
  for (int attempt = 0;; ++attempt) {
    make_lock_file(path, record);
    lock.file_ = File(path, File::Mode::read_write);
    if (!try_lock(lock.file_, LockKind::exclusive, kOwnerByte, path)) refuse(record);
    // A run that ended may have removed the file between our open and our lock.
    if (lock.file_.is_at(path)) break;
    if (attempt == 100) refuse(record);
  }
  if (!try_lock(lock.file_, LockKind::exclusive, kSharedByte, path)) refuse(record);
  lock.owned_path_ = path;
  try_lock(lock.file_, LockKind::shared, kSharedByte, path);
  std::error_code error;
  if (std::filesystem::is_regular_file(record, error)) lock.cover(record);
  std::ostringstream text;
  text << std::fixed << std::setprecision(3) << "host " << note.host << "\nprocess " << note.process
       << "\nranks " << note.ranks << "\nteams " << note.teams << "\nstarted " << note.started
       << '\n';
  if (!note.slurm_job.empty()) text << "slurm_job " << note.slurm_job << '\n';
  if (::ftruncate(lock.file_.descriptor(), 0) != 0)
    throw RecordError(concat("cannot write the lock file (", path, ", ", std::strerror(errno),
                             "): choose another place with --record"));
  lock.file_.write_at(0, text.str().data(), text.str().size());
  return lock;
}

void RecordLock::cover(const std::string& record) {
  if (!record_.is_at(record)) record_ = lock_record(record, LockKind::exclusive);
}

RecordLock RecordLock::share(const std::string& record) {
  RecordLock lock;
  lock.file_ = File(lock_path(record), File::Mode::read_write);
  if (!try_lock(lock.file_, LockKind::shared, kSharedByte, lock_path(record))) refuse(record);
  lock.record_ = lock_record(record, LockKind::shared);
  return lock;
}

void RecordLock::write_line(std::int64_t line, const std::string& text) const {
  std::array<char, kLine> bytes{};
  // Not in the middle of a letter of several bytes.
  std::size_t length = std::min(text.size(), kLine - 1);
  while (length < text.size() && length > 0 && (text[length] & 0xC0) == 0x80) --length;
  text.copy(bytes.data(), length);
  file_.write_at(kLines + static_cast<std::uint64_t>(line) * kLine, bytes.data(), bytes.size());
}

std::vector<std::string> RecordLock::lines(const std::string& record) {
  std::ifstream in(lock_path(record), std::ios::binary);
  std::vector<std::string> found;
  std::array<char, kLine> bytes{};
  in.seekg(kLines);
  while (in.read(bytes.data(), bytes.size())) {
    bytes.back() = '\0';
    found.emplace_back(bytes.data());
  }
  return found;
}

std::optional<RunNote> running(const std::string& record) {
  const auto is_held = [](const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool held = is_locked(descriptor, kOwnerByte);
    ::close(descriptor);
    return held;
  };
  if (is_held(lock_path(record))) return read_note(lock_path(record));
  return is_held(record) ? std::optional(RunNote{}) : std::nullopt;
}

}  // namespace syncgap::store
