#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace syncgap::store {

/// A numeric dataset of any HDF5 file, converted to the widest type of its kind that is used here.
struct Array {
  std::vector<std::uint64_t> extents;
  std::variant<std::vector<std::uint8_t>, std::vector<std::int64_t>, std::vector<float>> values;
  /// Where the values begin in the file; negative when they are not in one piece (chunked,
  /// compressed, external).
  std::int64_t file_offset = -1;
  std::size_t element_bytes = 0;  ///< of one value in the file

  std::uint64_t count() const;
};

/// Reads dataset `name` whole: unsigned bytes stay bytes, other integers become 64-bit ones, reals
/// floats. Throws InputError for a file that is not HDF5 or damaged, a dataset that is missing, of
/// another kind, or empty.
Array read_array(const std::string& path, const std::string& name);
/// Its extents alone; nothing is read.
std::vector<std::uint64_t> array_extents(const std::string& path, const std::string& name);

}  // namespace syncgap::store
