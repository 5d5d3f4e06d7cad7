#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "store/file.h"

namespace syncgap::store {

/// Bytes of a record that change after its creation: the cells of observables and the units'
/// ledger.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// The seal lies behind the last byte HDF5 knows of. It holds the file's length, the ranges that
/// may change and a checksum of everything else, so a truncated or damaged structure is found
/// before HDF5 is asked to interpret it. HDF5 tools do not see it; one that had the file open for
/// writing cuts it off (`seal_again` in record.h).
struct Seal {
  std::uint64_t hdf5_length = 0;
  std::uint64_t structure_checksum = 0;
  std::vector<ByteRange> mutable_ranges;
};

/// Appends the seal of a file of finished structure. Throws RecordError.
void write_seal(const std::string& path, std::vector<ByteRange> mutable_ranges);

/// Reads the seal and compares it with the file. Throws RecordError saying what is damaged.
Seal check_seal(const std::string& path);

/// Throws RecordError where there is no file, or a folder.
void check_record_file(const std::string& path);

/// Whether the file ends with a seal, sound or not. Throws RecordError where there is no file, or
/// one that is not HDF5.
bool is_sealed(const std::string& path);

/// The last bytes of a sealed file, checksums among them: two records differ there.
using SealEnd = std::array<char, 48>;
SealEnd read_seal_end(const File& file);

}  // namespace syncgap::store
