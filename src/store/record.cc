#include "store/record.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <sstream>

#include "core/checksum.h"
#include "core/numbers.h"
#include "core/repeated_cells.h"
#include "store/goal_tables.h"
#include "store/hdf5.h"
#include "store/layout.h"
#include "store/seal.h"

namespace syncgap::store {
namespace {

static_assert(std::endian::native == std::endian::little,
              "cells are written as they lie in memory; a big-endian machine needs a conversion");

/// Pieces that are still in a cache when they are copied to the page cache after being hashed.
constexpr std::size_t kCachedPiece = std::size_t{1} << 21;

}  // namespace

Record::Record(const std::string& path, Access access) : path_(path), layout_({}, {}) {
  silence_hdf5();
  check_record_file(path);
  const Seal seal = check_seal(path);
  bool packed = false;
  try {
    const Hdf5Id file =
        own(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open the file");
    Contents contents = read_contents(file.get());
    packed = is_packed(file.get());
    header_ = std::move(contents.header);
    grid_ = std::move(contents.grid);
    layout_ = ResultLayout(grid_, std::move(contents.observables));
    auto locate = [&](const std::string& name, std::uint64_t bytes) -> std::uint64_t {
      if (packed) return 0;
      const ByteRange range = range_of(file.get(), name);
      if (range.length != bytes || std::find(seal.mutable_ranges.begin(), seal.mutable_ranges.end(),
                                             range) == seal.mutable_ranges.end())
        throw RecordError("dataset " + name + " does not lie where the seal says");
      return range.offset;
    };
    const std::uint64_t units = grid_.unit_count();
    for (std::size_t i = 0; i < layout_.observables().size(); ++i)
      cells_.push_back(locate(layout_.observables()[i].name, units * layout_.extent(i) * 8));
    status_ = locate(kStatus, units);
    seconds_ = locate(kSeconds, units * 8);
    checksum_ = locate(kChecksum, units * 8);
    failure_capacity_ = store::failure_capacity(units);
    failure_unit_ = locate(kFailureUnit, failure_capacity_ * 8);
    failure_message_ = locate(kFailureMessage, failure_capacity_ * kMessageBytes);
    has_goals_ = H5Lexists(file.get(), "goals", H5P_DEFAULT) > 0;
    if (has_goals_) goal_text_ = locate(kGoalText, kGoalBytes);
    if (!header_.goals.observables.empty()) {
      reached_count_ = RepeatedCells(grid_).count() * header_.goals.observables.size();
      goal_count_ = locate(kGoalCount, reached_count_ * 8);
      goal_half_width_ = locate(kGoalHalfWidth, reached_count_ * 8);
      goal_target_ = locate(kGoalTarget, reached_count_ * 8);
    }
  } catch (const std::exception& reason) {
    throw RecordError(concat("this is not an intact syncgap record (", path, ", ", reason.what(),
                             "): restore it from a copy, or give its job a new record"));
  }
  if (packed)
    throw RecordError(concat("this is a packed copy (", path,
                             "): `syncgap status` and the analysis read it; for all else give the "
                             "record it was made from"));
  file_ = File(path, access == Access::write ? File::Mode::read_write : File::Mode::read);
  length_ = file_.size();
  seal_end_ = read_seal_end(file_);
}

void Record::check_same() const {
  if (file_.holds_at(length_ - seal_end_.size(), seal_end_.data(), seal_end_.size())) return;
  check_length();
  throw RecordError(concat("the record was overwritten while the sweep ran (", path_,
                           "): another file was copied over it; restore it from a copy, or give "
                           "the job a new record"));
}

void Record::check_length() const {
  const std::uint64_t length = file_.size();
  if (length != length_)
    throw RecordError(concat("the record changed its length while the sweep ran (", path_,
                             ", from ", length_, " to ", length,
                             " bytes): another program wrote to it; run the job again, which looks "
                             "what is left of it"));
}

std::size_t Record::commit(std::uint64_t unit, std::span<const double> values,
                           double seconds) const {
  SYNCGAP_EXPECTS(unit < unit_count() && std::ssize(values) == layout_.total());
  check_same();
  Checksum checksum(unit);  // of the cells' bytes in the order of the observables
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const std::size_t bytes = layout_.extent(i) * 8;
    const auto* from = reinterpret_cast<const char*>(values.data() + layout_.offset(i));
    const std::uint64_t to = cells_[i] + unit * bytes;
    for (std::size_t at = 0; at < bytes; at += kCachedPiece) {
      const std::size_t piece = std::min(kCachedPiece, bytes - at);
      checksum.add(from + at, piece);
      file_.write_at(to + at, from + at, piece);
    }
  }
  const std::uint64_t sum = checksum.value();
  file_.write_at(checksum_ + unit * 8, &sum, 8);
  file_.write_at(seconds_ + unit * 8, &seconds, 8);
  const auto status = UnitStatus::done;
  file_.write_at(status_ + unit, &status, 1);
  return values.size() * 8;
}

void Record::write_failure(std::uint64_t slot, const Failure& failure) const {
  if (slot >= failure_capacity_) return;
  std::string text = failure.message;
  if (text.size() > kMessageBytes) {
    text.resize(kMessageBytes - 3);
    // Cutting inside a UTF-8 character would make the whole string unreadable.
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80)
      text.pop_back();
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0) text.pop_back();
    text += "...";
  }
  text.resize(kMessageBytes, '\0');
  const std::int64_t index = failure.unit;
  file_.write_at(failure_message_ + slot * kMessageBytes, text.data(), text.size());
  file_.write_at(failure_unit_ + slot * 8, &index, 8);
}

void Record::fail(std::uint64_t unit, std::uint64_t slot, const std::string& message,
                  double seconds) const {
  check_same();
  write_failure(slot, {unit, message});
  file_.write_at(seconds_ + unit * 8, &seconds, 8);
  const auto status = UnitStatus::failed;
  file_.write_at(status_ + unit, &status, 1);
}

void Record::check_in_place() const {
  if (!file_.is_at(path_))
    throw RecordError(concat("the record is no longer at its place (", path_,
                             "): it was moved, removed or replaced while the sweep ran; if it was "
                             "moved, go on with --record and its new place"));
  check_length();
  check_same();
}

void Record::reset(std::uint64_t unit) const {
  const auto status = UnitStatus::pending;
  file_.write_at(status_ + unit, &status, 1);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  file_.write_at(seconds_ + unit * 8, &nan, 8);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const std::vector<double> blank(layout_.extent(i), nan);
    file_.write_at(cells_[i] + unit * blank.size() * 8, blank.data(), blank.size() * 8);
  }
}

void Record::mark(std::uint64_t unit, UnitStatus status) const {
  SYNCGAP_EXPECTS(status == UnitStatus::pending || status == UnitStatus::not_needed);
  file_.write_at(status_ + unit, &status, 1);
}

std::vector<std::uint8_t> Record::statuses() const {
  std::vector<std::uint8_t> out(unit_count());
  // Opening again is what makes a network file system show other nodes' writes.
  File(path_, File::Mode::read).read_at(status_, out.data(), out.size());
  check_statuses(out, path_);
  return out;
}

std::vector<double> Record::seconds() const {
  std::vector<double> out(unit_count());
  file_.read_at(seconds_, out.data(), out.size() * 8);
  return out;
}

std::vector<double> Record::values(std::uint64_t unit) const {
  std::vector<double> out(layout_.total());
  for (std::size_t i = 0; i < cells_.size(); ++i)
    file_.read_at(cells_[i] + unit * layout_.extent(i) * 8, out.data() + layout_.offset(i),
                  layout_.extent(i) * 8);
  return out;
}

std::vector<double> Record::values(std::uint64_t unit, std::int64_t observable) const {
  std::vector<double> out(unsigned_size(layout_.extent(observable)));
  file_.read_at(cells_[unsigned_size(observable)] + unit * out.size() * 8, out.data(),
                out.size() * 8);
  return out;
}

std::vector<std::uint64_t> Record::damaged(std::uint64_t first, std::uint64_t last,
                                           std::span<const std::uint8_t> statuses) const {
  std::vector<std::uint64_t> out;
  const std::uint64_t per_unit = std::max<std::uint64_t>(1, layout_.total() * 8);
  const std::uint64_t batch = std::max<std::uint64_t>(1, (std::uint64_t{8} << 20) / per_unit);
  std::vector<std::vector<char>> blocks(cells_.size());
  std::vector<std::uint64_t> sums;
  Checksum checksum;
  for (std::uint64_t begin = first; begin < last; begin += batch) {
    const std::uint64_t end = std::min(last, begin + batch);
    const auto done = byte(UnitStatus::done);
    if (std::find(statuses.begin() + begin, statuses.begin() + end, done) == statuses.begin() + end)
      continue;
    sums.resize(end - begin);
    file_.read_at(checksum_ + begin * 8, sums.data(), sums.size() * 8);
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const std::size_t bytes = layout_.extent(i) * 8;
      blocks[i].resize((end - begin) * bytes);
      file_.read_at(cells_[i] + begin * bytes, blocks[i].data(), blocks[i].size());
    }
    for (std::uint64_t unit = begin; unit < end; ++unit) {
      if (statuses[unit] != done) continue;
      checksum.restart(unit);
      for (std::size_t i = 0; i < cells_.size(); ++i) {
        const std::size_t bytes = layout_.extent(i) * 8;
        checksum.add(blocks[i].data() + (unit - begin) * bytes, bytes);
      }
      if (checksum.value() != sums[unit - begin]) out.push_back(unit);
    }
  }
  return out;
}

std::vector<Failure> Record::failures() const {
  std::vector<std::int64_t> units(failure_capacity_);
  file_.read_at(failure_unit_, units.data(), units.size() * 8);
  return failures_of(units, unit_count(), [&](std::uint64_t slot, char* message) {
    file_.read_at(failure_message_ + slot * kMessageBytes, message, kMessageBytes);
  });
}

void Record::write_failures(const std::vector<Failure>& kept) const {
  // From the front, so that a kill in between leaves an entry twice rather than not at all.
  for (std::uint64_t slot = 0; slot < kept.size(); ++slot) write_failure(slot, kept[slot]);
  const std::vector<std::int64_t> empty(failure_capacity_ - kept.size(), -1);
  file_.write_at(failure_unit_ + kept.size() * 8, empty.data(), empty.size() * 8);
}

}  // namespace syncgap::store
