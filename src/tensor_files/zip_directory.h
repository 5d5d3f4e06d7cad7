#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace syncgap::tensor_files {

/// One file in a zip file.
struct ZipEntry {
  std::string name;
  bool compressed = false;
  std::uint64_t size = 0;        ///< bytes it takes in the zip file
  std::uint64_t plain_size = 0;  ///< bytes of the file itself
  std::uint64_t header = 0;      ///< where its local header begins
};

/// What a zip file holds, by the directory at its end; zip64 (files of more than 4 GiB) included.
/// Throws FormatError: cut short, damaged, encrypted, several volumes.
std::vector<ZipEntry> read_zip_directory(std::string_view file);

/// Where in the file the bytes of an entry begin, compressed or not; all `size` of them lie in the
/// file. Throws FormatError.
std::uint64_t place_of_entry(std::string_view file, const ZipEntry& entry);

/// The same, but one that is compressed is refused, too.
std::uint64_t bytes_of_entry(std::string_view file, const ZipEntry& entry);

}  // namespace syncgap::tensor_files
