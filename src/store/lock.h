#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/file.h"

namespace syncgap::store {

/// Who is running a sweep on a record; `status` reads it from another shell.
struct RunNote {
  std::string host;
  std::int64_t process = 0;
  std::int64_t ranks = 0;
  std::int64_t teams = 0;  ///< each runs a unit at a time
  double started = 0;      ///< monotonic_time of `host`
  std::string slurm_job;
};

/// Keeps a second run off a record: rank 0 holds the first byte of RECORD.lock for itself, every
/// rank shares the second, so ranks that outlive a killed rank 0 still keep others out. The lock
/// file lies beside the file that a symbolic link names, and the same is locked of the record
/// itself, which may have several names. The kernel drops the locks of a killed process. Other
/// programs may read the record all the while.
class RecordLock {
 public:
  RecordLock() = default;
  /// Rank 0's goes last, when all ranks are through: it takes the lock file with it.
  ~RecordLock();
  RecordLock(RecordLock&& other) noexcept;
  RecordLock& operator=(RecordLock&& other) noexcept;

  /// Rank 0, before anything of the record is touched; locks the record too if it is there. Throws
  /// RecordError naming the other run.
  static RecordLock take(const std::string& record, const RunNote& note);
  /// Rank 0, once the record is there, and again if another file took its place.
  void cover(const std::string& record);
  /// The other ranks, after rank 0 took and covered it.
  static RecordLock share(const std::string& record);

  /// A line of text in the lock file beside the run's note, for others to read; what does not fit
  /// is cut off. Throws RecordError.
  void write_line(std::int64_t line, const std::string& text) const;
  /// All lines ever written by the run that made the lock file; empty without one.
  static std::vector<std::string> lines(const std::string& record);

 private:
  std::string owned_path_;  // empty unless this is rank 0's
  File file_;
  File record_;
};

/// The run that holds the lock now, if any; without a process if it goes by another name of the
/// record.
std::optional<RunNote> running(const std::string& record);

}  // namespace syncgap::store
