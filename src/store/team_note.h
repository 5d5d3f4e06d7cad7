#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "store/lock.h"

namespace syncgap::store {

/// What a team of a running sweep is at.
struct TeamNote {
  std::int64_t team = 0;
  std::optional<std::uint64_t> unit;  ///< none: it has run all it could claim
  double since = 0;                   ///< when it began that, in seconds since the epoch
  std::string doing;                  ///< what the unit says of itself; may be cut short or empty
};

/// Keeps the note of one team in the lock file, where other shells read it. Used by the team's
/// first rank; writes a few times a second at most, so that short units cost nothing, and never
/// fails: a sweep does not end because nobody can watch it.
class TeamNoteWriter {
 public:
  explicit TeamNoteWriter(const RecordLock& lock) : lock_(lock) {}

  void begin(std::int64_t team, std::optional<std::uint64_t> unit);
  void say(const std::string& doing);
  /// Writes what could not be written yet; call it now and then during a long unit.
  void flush();

 private:
  void write();

  const RecordLock& lock_;
  TeamNote note_;
  bool changed_ = false;
  Clock::time_point written_ = {};
};

/// The notes of all teams of the run that holds the lock, in the order of teams; none without one.
/// In a sweep of very short units they may be of units that are done by now.
std::vector<TeamNote> team_notes(const std::string& record);

}  // namespace syncgap::store
