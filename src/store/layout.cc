#include "store/layout.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "core/numbers.h"
#include "store/dataset_writer.h"
#include "store/goal_tables.h"

namespace syncgap::store {
namespace {

constexpr std::uint64_t kMaxFailures = 4096;

}  // namespace

std::uint64_t failure_capacity(std::uint64_t units) { return std::min(units, kMaxFailures); }

void lay_out(hid_t file, const RecordHeader& header, const Grid& grid,
             const std::vector<Observable>& observables, Storage storage) {
  write_attribute(file, "Conventions", std::string(kConventions));
  for (const auto& attribute : kTextAttributes)
    write_attribute(file, attribute.name, header.*attribute.member);
  write_attribute(file, "sweep_seed", header.sweep_seed);
  std::string names;
  for (const auto& [name, text] : header.provenance) {
    write_attribute(file, name, text);
    names += (names.empty() ? "" : " ") + name;
  }
  write_attribute(file, "provenance", names);

  write_attribute(file, "contents_checksum",
                  std::bit_cast<long long>(contents_checksum(header, grid, observables)));

  DatasetWriter writer(file, grid, storage);
  for (const Axis& axis : grid.axes()) writer.axis(axis);
  for (const Observable& observable : observables) {
    auto axes = writer.split_axes();
    for (const std::string& name : observable.captured) axes.push_back(&grid.axis(name));
    const Hdf5Id dataset = writer.dataset(observable.name, axes, H5T_IEEE_F64LE, &kNoReal);
    describe(dataset.get(), observable.unit, observable.long_name, observable.source);
    if (observable.source.empty()) write_attribute(dataset.get(), "source", std::string());
    std::string dimensions;
    for (const Axis* axis : axes) dimensions += (dimensions.empty() ? "" : " ") + axis->name;
    write_attribute(dataset.get(), "dimensions", dimensions);
  }
  const Hdf5Id status = writer.dataset(kStatus, writer.split_axes(), H5T_STD_U8LE, &kNoByte);
  describe(status.get(), "1", "0 pending, 1 done, 2 failed, 3 not needed", "");
  const std::uint8_t statuses[] = {0, 1, 2, 3};
  write_flags(status.get(), H5T_NATIVE_UINT8, statuses,
              {"pending", "done", "failed", "not needed"});
  describe(writer.dataset(kSeconds, writer.split_axes(), H5T_IEEE_F64LE, &kNoReal).get(), "s",
           "wall-clock seconds this unit took", "");
  describe(writer.dataset(kChecksum, writer.split_axes(), H5T_STD_U64LE, &kNoChecksum).get(), "1",
           "XXH3 of this unit's cells, seeded with its index", "");
  const Hdf5Id group = writer.group("failures");
  const std::uint64_t slots = failure_capacity(grid.unit_count());
  std::vector<std::int64_t> numbers(std::max<std::uint64_t>(slots, kMessageBytes));
  std::iota(numbers.begin(), numbers.end(), 0);
  describe(
      writer.scale("failures/slot", {numbers.begin(), numbers.begin() + signed_size(slots)}).get(),
      "1", "place in this table", "");
  describe(writer.scale("failures/byte", {numbers.begin(), numbers.begin() + kMessageBytes}).get(),
           "1", "place in a message", "");
  const Hdf5Id units = writer.bare_dataset(kFailureUnit, {slots}, H5T_STD_I64LE, &kNoInteger);
  writer.attach(units, "failures/slot", 0);
  describe(units.get(), "1",
           "index of the failed unit, row-major over the split axes; -1: empty slot", "");
  // Bytes, because strings in a dataset stop some reader whatever their kind (see
  // DatasetWriter::axis).
  const Hdf5Id messages =
      writer.bare_dataset(kFailureMessage, {slots, kMessageBytes}, H5T_STD_U8LE, &kNoByte);
  writer.attach(messages, "failures/slot", 0);
  writer.attach(messages, "failures/byte", 1);
  describe(messages.get(), "1", "why the unit failed: UTF-8, a row each, 0 behind its end", "");
  if (!header.goals.text.empty()) lay_out_goals(writer, header.goals, grid);
}

ByteRange range_of(hid_t file, const std::string& name) {
  const Hdf5Id dataset =
      own(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose, "open dataset " + name);
  const haddr_t offset = H5Dget_offset(dataset.get());
  const hsize_t length = H5Dget_storage_size(dataset.get());
  if (offset == HADDR_UNDEF)
    throw RecordError("dataset " + name + " is not contiguous: this is a packed copy");
  return {offset, length};
}

bool is_packed(hid_t file) {
  const Hdf5Id dataset = own(H5Dopen2(file, kStatus, H5P_DEFAULT), H5Dclose, "open the statuses");
  const Hdf5Id how = own(H5Dget_create_plist(dataset.get()), H5Pclose, "look at the statuses");
  return H5Pget_layout(how.get()) == H5D_CHUNKED;
}

}  // namespace syncgap::store
