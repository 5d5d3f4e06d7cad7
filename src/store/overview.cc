#include <algorithm>
#include <cstring>
#include <functional>

#include <hdf5.h>

#include "core/repeated_cells.h"
#include "store/goal_tables.h"
#include "store/hdf5.h"
#include "store/layout.h"
#include "store/record.h"
#include "store/seal.h"

namespace syncgap::store {
namespace {

template <class T>
std::vector<T> read_dataset(hid_t file, const char* name, hid_t type, std::uint64_t count) {
  const std::string action = concat("read ", name);
  const Hdf5Id dataset = own(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose, action);
  const Hdf5Id space = own(H5Dget_space(dataset.get()), H5Sclose, action);
  if (H5Sget_simple_extent_npoints(space.get()) != static_cast<hssize_t>(count))
    throw RecordError(concat("dataset ", name, " is not of the size of the grid"));
  std::vector<T> values(count);
  check_hdf5(H5Dread(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), action);
  return values;
}

Overview read_packed(const std::string& path) {
  try {
    const Hdf5Id file =
        own(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open the file");
    Contents contents = read_contents(file.get());
    const std::uint64_t units = contents.grid.unit_count(), slots = failure_capacity(units);
    Overview out{std::move(contents.header), std::move(contents.grid)};
    out.statuses = read_dataset<std::uint8_t>(file.get(), kStatus, H5T_NATIVE_UINT8, units);
    check_statuses(out.statuses, path);
    out.seconds = read_dataset<double>(file.get(), kSeconds, H5T_NATIVE_DOUBLE, units);
    const auto failed =
        read_dataset<std::int64_t>(file.get(), kFailureUnit, H5T_NATIVE_INT64, slots);
    const auto messages =
        read_dataset<char>(file.get(), kFailureMessage, H5T_NATIVE_UINT8, slots * kMessageBytes);
    out.failures = failures_of(failed, units, [&](std::uint64_t slot, char* message) {
      std::memcpy(message, messages.data() + slot * kMessageBytes, kMessageBytes);
    });
    if (const std::size_t goals = out.header.goals.observables.size(); goals > 0) {
      const std::uint64_t cells = RepeatedCells(out.grid).count() * goals;
      out.reached = rows_of_reached(
          read_dataset<std::int64_t>(file.get(), kGoalCount, H5T_NATIVE_INT64, cells),
          read_dataset<double>(file.get(), kGoalHalfWidth, H5T_NATIVE_DOUBLE, cells),
          read_dataset<double>(file.get(), kGoalTarget, H5T_NATIVE_DOUBLE, cells));
    }
    return out;
  } catch (const std::exception& reason) {
    throw RecordError(concat("the packed copy cannot be read (", path, ", ", reason.what(),
                             "): pack its record again"));
  }
}

}  // namespace

void check_statuses(const std::vector<std::uint8_t>& statuses, const std::string& path) {
  for (std::uint64_t unit = 0; unit < statuses.size(); ++unit)
    if (statuses[unit] > byte(UnitStatus::not_needed))
      throw RecordError(concat("the record has an impossible status (", path, ", unit ", unit,
                               ", saw ", int{statuses[unit]}, "): restore it from a copy"));
}

std::vector<Failure> failures_of(const std::vector<std::int64_t>& units, std::uint64_t unit_count,
                                 const std::function<void(std::uint64_t, char*)>& message) {
  std::vector<Failure> out;
  for (std::uint64_t slot = 0; slot < units.size(); ++slot) {
    if (units[slot] < 0 || static_cast<std::uint64_t>(units[slot]) >= unit_count) continue;
    std::string text(kMessageBytes, '\0');
    message(slot, text.data());
    text.resize(std::min(text.find('\0'), text.size()));
    out.push_back({static_cast<std::uint64_t>(units[slot]), std::move(text)});
  }
  return out;
}

bool is_packed_copy(const std::string& path) {
  check_record_file(path);
  return check_seal(path).mutable_ranges.empty();  // nothing of a packed copy changes
}

Overview read_overview(const std::string& path) {
  silence_hdf5();
  if (is_packed_copy(path)) return read_packed(path);
  const Record record(path, Record::Access::read);
  return {record.header(),  record.grid(),     record.statuses(),
          record.seconds(), record.failures(), record.reached()};
}

}  // namespace syncgap::store
