#include "store/array_file.h"

#include <utility>

#include "core/check.h"
#include "store/hdf5.h"

namespace syncgap::store {
namespace {

/// A packed dataset larger than kAlwaysFine that unpacks to more than kMostPacked times its size is
/// no data but a damaged header: deflate reaches 1030.
constexpr std::uint64_t kMostPacked = 4096, kAlwaysFine = std::uint64_t{1} << 26;

template <class Value>
std::vector<Value> read_values(hid_t dataset, hid_t type, std::uint64_t count,
                               const std::string& where) {
  std::vector<Value> values(count);
  if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    throw InputError(concat("a dataset cannot be read (", where, ", HDF5: ", hdf5_reason(),
                            "): copy or download the file again"));
  return values;
}

}  // namespace

std::uint64_t Array::count() const {
  std::uint64_t product = 1;
  for (const std::uint64_t extent : extents) product *= extent;
  return product;
}

Array read_array(const std::string& path, const std::string& name) {
  silence_hdf5();
  const std::string where = concat(path, ", dataset ", name);
  const Hdf5Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (file.get() < 0)
    throw InputError(concat("cannot open ", path, " as HDF5 (", hdf5_reason(),
                            "): check the path, or copy the file again"));
  const Hdf5Id dataset(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
  if (dataset.get() < 0)
    throw InputError(concat("there is no such dataset (", where, "): `h5ls -r ", path,
                            "` lists what the file holds"));
  const Hdf5Id space = own(H5Dget_space(dataset.get()), H5Sclose, "read " + where);
  const Hdf5Id type = own(H5Dget_type(dataset.get()), H5Tclose, "read " + where);

  Array out;
  if (H5Sis_simple(space.get()) > 0) {
    const int rank = H5Sget_simple_extent_ndims(space.get());
    std::vector<hsize_t> extents(rank < 0 ? 0 : rank);
    H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
    out.extents.assign(extents.begin(), extents.end());
  }
  std::uint64_t count = out.extents.empty() ? 0 : 1;
  for (const std::uint64_t extent : out.extents) {
    require_input(extent == 0 || count <= (std::uint64_t{1} << 40) / extent,
                  "a dataset is impossibly large (", where,
                  "): the file is damaged; copy or download it again");
    count *= extent;
  }
  require_input(count > 0, "a dataset is empty (", where, "): give one with values");
  // A damaged file can promise more than it holds; allocating that much would be the first sign.
  const std::size_t element = H5Tget_size(type.get());
  const hsize_t stored = H5Dget_storage_size(dataset.get());
  const bool plain = H5Dget_offset(dataset.get()) != HADDR_UNDEF;
  require_input(element > 0, "a dataset has values of no size (", where,
                "): copy or download the file again");
  require_input(!plain || stored / element >= count, "a dataset is cut off (", where, ", ", stored,
                " bytes for ", count, " values): copy or download the file again");
  require_input(count <= kAlwaysFine / element || count / kMostPacked <= stored / element,
                "a dataset is impossibly large (", where, ", ", stored, " bytes for ", count,
                " values): the file is damaged; copy or download it again");

  out.element_bytes = element;
  switch (H5Tget_class(type.get())) {
    case H5T_INTEGER:
      if (element == 1 && H5Tget_sign(type.get()) == H5T_SGN_NONE)
        out.values = read_values<std::uint8_t>(dataset.get(), H5T_NATIVE_UCHAR, count, where);
      else
        out.values = read_values<std::int64_t>(dataset.get(), H5T_NATIVE_INT64, count, where);
      break;
    case H5T_FLOAT:
      out.values = read_values<float>(dataset.get(), H5T_NATIVE_FLOAT, count, where);
      break;
    default:
      throw InputError(concat("a dataset is not numeric (", where,
                              "): give one of integers or floating-point numbers"));
  }
  if (const haddr_t offset = H5Dget_offset(dataset.get()); offset != HADDR_UNDEF)
    out.file_offset = static_cast<std::int64_t>(offset);
  return out;
}

}  // namespace syncgap::store
