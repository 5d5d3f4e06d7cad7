#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "store/hdf5.h"
#include "store/record.h"
#include "store/seal.h"

namespace syncgap::store {

/// Contiguous storage at fixed offsets for a sweep; chunked and compressed for `pack`.
enum class Storage { contiguous, packed };

/// Names and sizes of what lies beside the observables.
inline constexpr const char* kConventions = "syncgap-record-1";
inline constexpr const char* kStatus = "unit_status";
inline constexpr const char* kSeconds = "unit_seconds";
inline constexpr const char* kChecksum = "unit_checksum";
inline constexpr const char* kFailureUnit = "failures/unit";
inline constexpr const char* kFailureMessage = "failures/message";
inline constexpr std::size_t kMessageBytes = 504;

/// Header attributes that are plain text, and the member each one lives in.
struct TextAttribute {
  const char* name;
  std::string RecordHeader::*member;
};
inline constexpr TextAttribute kTextAttributes[] = {
    {"experiment", &RecordHeader::experiment}, {"title", &RecordHeader::title},
    {"profile", &RecordHeader::profile},       {"job", &RecordHeader::job},
    {"options", &RecordHeader::options},       {"option_docs", &RecordHeader::option_docs},
    {"identity", &RecordHeader::identity},
};

/// Room in the failure table: messages beyond it go to the log only.
std::uint64_t failure_capacity(std::uint64_t units);

/// Creates every group, dataset and attribute of a record in the empty file `file`.
void lay_out(hid_t file, const RecordHeader& header, const Grid& grid,
             const std::vector<Observable>& observables, Storage storage);

/// Byte range of a contiguous dataset. Throws RecordError for a chunked one.
ByteRange range_of(hid_t file, const std::string& dataset);
/// Whether this is a packed copy: its units' statuses are chunked.
bool is_packed(hid_t file);

/// Throws RecordError for a status that is none.
void check_statuses(const std::vector<std::uint8_t>& statuses, const std::string& path);
/// The failure table in slot order, empty slots left out; `message` reads the bytes of a slot.
std::vector<Failure> failures_of(const std::vector<std::int64_t>& units, std::uint64_t unit_count,
                                 const std::function<void(std::uint64_t slot, char*)>& message);

/// Everything `lay_out` wrote, read back.
struct Contents {
  RecordHeader header;
  Grid grid;
  std::vector<Observable> observables;
};
Contents read_contents(hid_t file);

/// Of all that read_contents reads, whatever else the file holds and wherever it lies in it: HDF5's
/// structure may be rewritten by other programs, and attributes added, without changing it.
std::uint64_t contents_checksum(const RecordHeader& header, const Grid& grid,
                                const std::vector<Observable>& observables);

}  // namespace syncgap::store
