#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "core/results.h"
#include "store/file.h"
#include "store/reached.h"
#include "store/seal.h"
#include "store/unit_status.h"

namespace syncgap::store {

/// What a sweep stops at instead of running every unit, as its record has it.
struct GoalNote {
  std::string text;                           ///< JSON; empty: there are no goals
  std::vector<std::string> observables = {};  ///< those with a precision goal
};

/// What a record says about itself. `identity` has one line for everything that decides a result;
/// a record is resumed only by a job whose lines are the same.
struct RecordHeader {
  std::string experiment;
  std::string title;
  std::string profile;
  std::string job;          ///< the job file as it was read, and the overrides
  std::string options;      ///< JSON: name -> value, defaults included
  std::string option_docs;  ///< JSON: name -> {symbol, unit, doc, limits}
  std::string identity;
  long long sweep_seed = 0;
  GoalNote goals = {};
  std::vector<std::pair<std::string, std::string>> provenance;
};

/// A failed unit and why.
struct Failure {
  std::uint64_t unit = 0;
  std::string message;
};

/// Lays out a record and syncs it: all coordinates, every observable contiguous and filled with
/// NaN. The file appears under `path` complete or not at all. Throws RecordError.
void create_record(const std::string& path, const RecordHeader& header, const Grid& grid,
                   const std::vector<Observable>& observables);

/// Seals a record again whose seal another program cut off: HDF5 does so when it closes a file that
/// was open for writing. Made sure of before: header, axes and observables match the checksum that
/// is stored among them, and every dataset lies in the file as it was laid out; what else the file
/// holds, such as attributes that somebody added, stays. Cells have checksums of their own, for
/// `damaged`. To be called by one process that holds the record's lock; killed at any instant it
/// may be called again. Returns false, and does nothing, where the file ends with a seal; throws
/// RecordError where this is no record, or not as it was laid out.
bool seal_again(const std::string& path);

/// Bytes create_record will need.
std::uint64_t record_bytes(const Grid& grid, const std::vector<Observable>& observables,
                           const GoalNote& goals = {});

/// An open record. Opening reads the structure through HDF5 and closes HDF5 again; after that cells
/// are read and written at known offsets, by any number of processes that write different units.
class Record {
 public:
  enum class Access { read, write };

  /// Throws RecordError for a file that is not an intact record.
  Record(const std::string& path, Access access);

  const std::string& path() const { return path_; }
  const RecordHeader& header() const { return header_; }
  const Grid& grid() const { return grid_; }
  const ResultLayout& layout() const { return layout_; }
  std::uint64_t unit_count() const { return grid_.unit_count(); }

  /// Writes a finished unit: cells, then checksum and seconds, the status last. `values` has
  /// layout().total() doubles. Returns the bytes written. Throws RecordError, and writes nothing,
  /// if another program cut the file or wrote another one over it.
  std::size_t commit(std::uint64_t unit, std::span<const double> values, double seconds) const;
  /// Marks a unit failed; the message goes to `slot` of the failure table if there is room.
  void fail(std::uint64_t unit, std::uint64_t slot, const std::string& message,
            double seconds) const;
  /// Makes a unit pending again and its cells NaN.
  void reset(std::uint64_t unit) const;
  /// Marks a unit that is not run: pending or not needed. While no other process writes it.
  void mark(std::uint64_t unit, UnitStatus status) const;
  void sync() const { file_.sync(); }
  /// Every process that writes this record runs on this node: small cells may go through memory.
  void writers_share_a_node() { file_.map_small_writes(); }
  /// Throws RecordError if the file under path() is no longer the one that was opened, or not the
  /// same record: someone removed, replaced, cut or overwrote it.
  void check_in_place() const;

  /// One status per unit; throws RecordError for a value that is none.
  std::vector<std::uint8_t> statuses() const;
  std::vector<double> seconds() const;
  /// The values of one unit as committed.
  std::vector<double> values(std::uint64_t unit) const;
  /// Of one observable of it.
  std::vector<double> values(std::uint64_t unit, std::int64_t observable) const;
  /// Done units in [first, last) whose cells do not match their checksum.
  std::vector<std::uint64_t> damaged(std::uint64_t first, std::uint64_t last,
                                     std::span<const std::uint8_t> statuses) const;

  /// Whether there is room for goals of these observables: the record was begun with such.
  bool takes_goals(const GoalNote& goals) const;
  /// Replaces the goals; those of a record without room for them must be empty.
  void write_goals(const GoalNote& goals);
  /// What each cell reached towards each precision goal: [cell][goal].
  std::vector<Reached> reached() const;
  void write_reached(std::span<const Reached> all) const;

  /// The failure table, in slot order, empty slots left out.
  std::vector<Failure> failures() const;
  /// Rewrites the failure table to hold just `kept`, from the first slot on.
  void write_failures(const std::vector<Failure>& kept) const;
  std::uint64_t failure_capacity() const { return failure_capacity_; }

 private:
  void check_same() const;  // cheap: before every commit
  void check_length() const;
  void write_failure(std::uint64_t slot, const Failure& failure) const;

  std::string path_;
  RecordHeader header_;
  Grid grid_;
  ResultLayout layout_;
  File file_;
  std::uint64_t length_ = 0;          // of the file when it was opened
  SealEnd seal_end_{};                // likewise
  std::vector<std::uint64_t> cells_;  // offset of each observable's first byte
  std::uint64_t status_ = 0, seconds_ = 0, checksum_ = 0;
  std::uint64_t failure_unit_ = 0, failure_message_ = 0, failure_capacity_ = 0;
  bool has_goals_ = false;
  std::uint64_t goal_text_ = 0, goal_count_ = 0, goal_half_width_ = 0, goal_target_ = 0;
  std::uint64_t reached_count_ = 0;  // cells times precision goals
};

/// What a record, or a packed copy of one, says of its units.
struct Overview {
  RecordHeader header;
  Grid grid;
  std::vector<std::uint8_t> statuses = {};  ///< UnitStatus of every unit
  std::vector<double> seconds = {};         ///< of every unit; NaN: not run
  std::vector<Failure> failures = {};
  std::vector<Reached> reached = {};  ///< [cell][precision goal]
};
/// Throws RecordError for a file that is neither.
Overview read_overview(const std::string& path);
/// Whether a sealed file is a packed copy. Throws RecordError for a file that is neither.
bool is_packed_copy(const std::string& path);

/// Lines that differ between two identities, for the message that refuses a resume; empty if equal.
std::string identity_difference(const std::string& recorded, const std::string& wanted);

/// A compressed, chunked copy for archiving and sharing, readable by the same tools; it cannot be
/// resumed. Throws RecordError if `to` exists.
void pack_record(const std::string& from, const std::string& to);

}  // namespace syncgap::store
