#include <algorithm>
#include <filesystem>

#include "store/file.h"
#include "store/goal_tables.h"
#include "store/hdf5.h"
#include "store/layout.h"
#include "store/record.h"
#include "store/seal.h"
#include "store/unfinished_file.h"

namespace syncgap::store {
namespace {

/// Copies one dataset between open files, in slabs along its slowest dimension that keep memory
/// bounded whatever the record's size.
void copy_dataset(hid_t from, hid_t to, const std::string& name) {
  const Hdf5Id in = own(H5Dopen2(from, name.c_str(), H5P_DEFAULT), H5Dclose, "open " + name);
  const Hdf5Id out = own(H5Dopen2(to, name.c_str(), H5P_DEFAULT), H5Dclose, "open " + name);
  const Hdf5Id type = own(H5Dget_type(in.get()), H5Tclose, "read " + name);
  const Hdf5Id space = own(H5Dget_space(in.get()), H5Sclose, "read " + name);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  check_hdf5(rank, "read " + name);
  std::vector<hsize_t> shape(rank);
  H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr);
  hsize_t row = H5Tget_size(type.get());
  for (std::size_t k = 1; k < shape.size(); ++k) row *= shape[k];
  const hsize_t rows = shape.empty() ? 1 : shape[0];
  const hsize_t step = std::max<hsize_t>(1, (hsize_t{64} << 20) / std::max<hsize_t>(1, row));
  std::vector<char> buffer(std::min(step, rows) * row);
  for (hsize_t at = 0; at < rows; at += step) {
    Hdf5Id memory;
    if (!shape.empty()) {
      std::vector<hsize_t> start(shape.size(), 0), extent = shape;
      start[0] = at;
      extent[0] = std::min(step, rows - at);
      check_hdf5(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr,
                                     extent.data(), nullptr),
                 "copy " + name);
      memory = own(H5Screate_simple(rank, extent.data(), nullptr), H5Sclose, "copy " + name);
    }
    const hid_t slab = shape.empty() ? H5S_ALL : memory.get();
    const hid_t place = shape.empty() ? H5S_ALL : space.get();
    check_hdf5(H5Dread(in.get(), type.get(), slab, place, H5P_DEFAULT, buffer.data()),
               "read " + name);
    check_hdf5(H5Dwrite(out.get(), type.get(), slab, place, H5P_DEFAULT, buffer.data()),
               "write " + name);
  }
}

/// The failure table, whichever form it has in the record: before 0.2 messages were strings.
void write_failures(hid_t to, const Record& record) {
  const std::uint64_t slots = record.failure_capacity();
  std::vector<std::int64_t> units(slots, -1);
  std::vector<char> messages(slots * kMessageBytes, '\0');
  std::uint64_t slot = 0;
  for (const Failure& failure : record.failures()) {
    units[slot] = static_cast<std::int64_t>(failure.unit);
    failure.message.copy(messages.data() + slot++ * kMessageBytes, kMessageBytes);
  }
  const auto write = [&](const char* name, hid_t type, const void* values) {
    const std::string action = concat("write ", name);
    const Hdf5Id out = own(H5Dopen2(to, name, H5P_DEFAULT), H5Dclose, action);
    check_hdf5(H5Dwrite(out.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), action);
  };
  write(kFailureUnit, H5T_NATIVE_INT64, units.data());
  write(kFailureMessage, H5T_NATIVE_UINT8, messages.data());
}

}  // namespace

void pack_record(const std::string& from, const std::string& to) {
  const Record record(from, Record::Access::read);
  refuse_folder(to, "the packed copy");
  std::error_code ignored;
  if (std::filesystem::exists(to, ignored))
    throw RecordError(concat("the packed copy exists already (", to,
                             "): remove it or name another with --output"));
  UnfinishedFile unfinished(to);
  try {
    const Hdf5Id source =
        own(H5Fopen(from.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open the record");
    Hdf5Id file = unfinished.create();
    const auto& observables = record.layout().observables();
    lay_out(file.get(), record.header(), record.grid(), observables, Storage::packed);
    // The status goes first: a unit that a running sweep commits meanwhile is pending in the copy.
    for (const char* name : {kStatus, kSeconds, kChecksum})
      copy_dataset(source.get(), file.get(), name);
    write_failures(file.get(), record);
    const GoalNote& goals = record.header().goals;
    if (!goals.text.empty()) copy_dataset(source.get(), file.get(), kGoalText);
    if (!goals.text.empty() && !goals.observables.empty())
      for (const char* name : {kGoalCount, kGoalHalfWidth, kGoalTarget})
        copy_dataset(source.get(), file.get(), name);
    for (const Observable& observable : observables)
      copy_dataset(source.get(), file.get(), observable.name);
    file.close("close the file");
  } catch (const RecordError& error) {
    throw RecordError(concat("cannot make the packed copy (", to, "): ", error.what(),
                             "; check the folder's permissions and free space, or choose another "
                             "place with --output"));
  }
  write_seal(unfinished.path(), {});  // nothing of it changes
  unfinished.finish();
}

}  // namespace syncgap::store
