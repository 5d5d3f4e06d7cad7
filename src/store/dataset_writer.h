#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/grid.h"
#include "store/hdf5.h"
#include "store/layout.h"

namespace syncgap::store {

// What stands in no cell: readers of other formats (kerchunk, Zarr) take every value that equals
// the fill value for a missing one.
inline constexpr double kNoReal = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::int64_t kNoInteger = std::numeric_limits<std::int64_t>::min();
inline constexpr std::uint64_t kNoChecksum = std::numeric_limits<std::uint64_t>::max();
inline constexpr std::uint8_t kNoByte = 255;

/// Unit, meaning and source of what a dataset holds, as CF and the unit libraries read them.
void describe(hid_t dataset, const std::string& unit, const std::string& meaning,
              const std::string& source);

/// CF's flags: which number stands for which word. A meaning is one word there, so `labels` has
/// them as they are, a line each.
void write_flags(hid_t dataset, hid_t type, const void* values,
                 const std::vector<std::string>& words);
/// The same with numbers from 0 on, and the words as they are in `labels`.
void write_labels(hid_t dataset, const std::vector<std::string>& labels);

/// The words write_labels wrote.
std::vector<std::string> read_labels(hid_t dataset);

/// Creates axes and datasets of a record in an HDF5 file; throws RecordError.
class DatasetWriter {
 public:
  DatasetWriter(hid_t file, const Grid& grid, Storage storage)
      : file_(file), grid_(grid), storage_(storage) {}

  void axis(const Axis& axis);
  /// The coordinate of a dimension: reals where there are any, else integers.
  Hdf5Id scale(const std::string& name, const std::vector<std::int64_t>& integers,
               const std::vector<double>* reals = nullptr);
  /// Over some of the grid's axes.
  Hdf5Id dataset(const std::string& name, const std::vector<const Axis*>& axes, hid_t type,
                 const void* fill);
  Hdf5Id bare_dataset(const std::string& name, const std::vector<hsize_t>& shape, hid_t type,
                      const void* fill);
  void attach(const Hdf5Id& dataset, const std::string& scale, std::size_t dimension);
  Hdf5Id group(const std::string& name);

  std::vector<const Axis*> split_axes() const;

 private:
  hid_t file_;
  const Grid& grid_;
  Storage storage_;
};

}  // namespace syncgap::store
