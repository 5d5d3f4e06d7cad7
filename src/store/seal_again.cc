#include <algorithm>

#include <hdf5.h>

#include "store/file.h"
#include "store/hdf5.h"
#include "store/layout.h"
#include "store/record.h"
#include "store/seal.h"

namespace syncgap::store {
namespace {

void check_contents(hid_t file, const Contents& contents) {
  if (H5Aexists(file, "contents_checksum") <= 0)
    throw RecordError("it was begun by a version that stored no checksum of its contents");
  const auto stored = static_cast<std::uint64_t>(read_integer_attribute(file, "contents_checksum"));
  if (contents_checksum(contents.header, contents.grid, contents.observables) != stored)
    throw RecordError("its header, axes or observables do not match their checksum");
}

/// Where a dataset of this type and size lies.
ByteRange laid_out(hid_t file, const std::string& name, hid_t type, std::uint64_t count) {
  const Hdf5Id dataset =
      own(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose, "open dataset " + name);
  const Hdf5Id found = own(H5Dget_type(dataset.get()), H5Tclose, "read the type of " + name);
  const ByteRange range = range_of(file, name);
  if (H5Tequal(found.get(), type) <= 0 || range.length != count * H5Tget_size(type))
    throw RecordError("dataset " + name + " is not as it was laid out");
  return range;
}

std::vector<ByteRange> mutable_ranges(hid_t file, const Contents& contents) {
  const std::uint64_t units = contents.grid.unit_count(), slots = failure_capacity(units);
  const ResultLayout layout(contents.grid, contents.observables);
  std::vector<ByteRange> ranges;
  for (std::size_t i = 0; i < contents.observables.size(); ++i)
    ranges.push_back(
        laid_out(file, contents.observables[i].name, H5T_IEEE_F64LE, units * layout.extent(i)));
  ranges.push_back(laid_out(file, kStatus, H5T_STD_U8LE, units));
  ranges.push_back(laid_out(file, kSeconds, H5T_IEEE_F64LE, units));
  ranges.push_back(laid_out(file, kChecksum, H5T_STD_U64LE, units));
  ranges.push_back(laid_out(file, kFailureUnit, H5T_STD_I64LE, slots));
  ranges.push_back(laid_out(file, kFailureMessage, H5T_STD_U8LE, slots * kMessageBytes));
  return ranges;
}

}  // namespace

bool seal_again(const std::string& path) {
  silence_hdf5();
  if (is_sealed(path)) return false;
  std::vector<ByteRange> ranges;
  haddr_t end = 0;
  try {
    const Hdf5Id file =
        own(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open the file");
    const Contents contents = read_contents(file.get());
    check_contents(file.get(), contents);
    if (!is_packed(file.get())) ranges = mutable_ranges(file.get(), contents);
    check_hdf5(H5Fget_eoa(file.get(), &end), "read where the file ends");
  } catch (const std::exception& reason) {
    throw RecordError(
        concat("the record cannot be trusted (", path,
               ", its seal is missing, and it cannot be sealed again: ", reason.what(),
               "): restore it from a copy, or give its job a new "
               "record"));
  }
  // Behind HDF5's last byte is nothing, or what was left of a seal.
  File(path, File::Mode::read_write).cut(end);
  write_seal(path, std::move(ranges));
  return true;
}

}  // namespace syncgap::store
