#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/grid.h"
#include "store/record.h"

namespace syncgap::store {

/// What one record gave to another.
struct TakenOver {
  std::uint64_t done = 0;      ///< finished units, written with the bits they had
  std::uint64_t failed = 0;    ///< failed ones, with their messages
  std::uint64_t repeated = 0;  ///< finished in an earlier record too, with the same bits
  std::uint64_t damaged = 0;   ///< left out: cells that do not match their checksum
};

/// How two records of one job differ beside the values of their split axes, in the words of
/// `identity_difference`; empty if they hold parts of one sweep.
std::string difference_beside_split_axes(const std::string& recorded, const std::string& wanted);

/// Names of split axes of which `whole` lacks values that `part` has.
std::vector<std::string> axes_that_lack_values(const Grid& part, const Grid& whole);

/// Joins records of one job, from several clusters or the parts of an array, in a new record whose
/// split axes have the values of all: in rising order where each record's are, else in the order
/// met. What no record holds is pending. Throws RecordError, and makes nothing, if the records are
/// of different jobs or finished units disagree, naming both. Returns what each gave.
std::vector<TakenOver> merge_records(const std::vector<std::string>& from, const std::string& to);

/// Replaces a record by one with the wanted axes, which hold all values it has, and takes its units
/// over. The old one stays as the file that is returned. To be called by one process that holds the
/// record's lock; killed at any instant it leaves the old record or the new one.
struct Extension {
  TakenOver taken;
  std::string old_record;
};
Extension extend_record(const std::string& path, const RecordHeader& header, const Grid& grid,
                        const std::vector<Observable>& observables);

}  // namespace syncgap::store
