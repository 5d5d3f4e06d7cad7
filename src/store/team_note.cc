#include "store/team_note.h"

#include <cctype>
#include <iomanip>
#include <sstream>

#include "store/record_error.h"

namespace syncgap::store {
namespace {

constexpr double kWriteEvery = 0.1;  // seconds

std::string as_line(const TeamNote& note) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(3) << (note.unit ? "unit " : "through ")
       << note.unit.value_or(0) << ' ' << note.since << ' ';
  for (const char letter : note.doing)
    text << (std::iscntrl(static_cast<unsigned char>(letter)) != 0 ? ' ' : letter);
  return text.str();
}

std::optional<TeamNote> from_line(std::int64_t team, const std::string& line) {
  std::istringstream in(line);
  std::string word;
  std::uint64_t unit = 0;
  TeamNote note;
  note.team = team;
  if (!(in >> word >> unit >> note.since) || (word != "unit" && word != "through"))
    return std::nullopt;
  if (word == "unit") note.unit = unit;
  in.get();
  std::getline(in, note.doing);
  return note;
}

}  // namespace

void TeamNoteWriter::begin(std::int64_t team, std::optional<std::uint64_t> unit) {
  note_ = {team, unit, unix_time(), {}};
  changed_ = true;
  // The last word of a team must not be lost.
  if (unit)
    flush();
  else
    write();
}

void TeamNoteWriter::say(const std::string& doing) {
  note_.doing = doing;
  changed_ = true;
  flush();
}

void TeamNoteWriter::flush() {
  if (changed_ && seconds_since(written_) > kWriteEvery) write();
}

void TeamNoteWriter::write() {
  written_ = Clock::now();
  changed_ = false;
  try {
    lock_.write_line(note_.team, as_line(note_));
  } catch (const RecordError&) {
    // A full disk, say: the record's own writes will tell.
  }
}

std::vector<TeamNote> team_notes(const std::string& record) {
  std::vector<TeamNote> found;
  if (!running(record)) return found;
  const auto lines = RecordLock::lines(record);
  for (std::size_t team = 0; team < lines.size(); ++team)
    if (auto note = from_line(static_cast<std::int64_t>(team), lines[team]))
      found.push_back(std::move(*note));
  return found;
}

}  // namespace syncgap::store
