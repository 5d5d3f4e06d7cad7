#include "store/dataset_writer.h"

#include <algorithm>
#include <numeric>

#include <hdf5_hl.h>

#include "store/units.h"

namespace syncgap::store {
namespace {

Hdf5Id dataspace(const std::vector<hsize_t>& shape) {
  if (shape.empty()) return own(H5Screate(H5S_SCALAR), H5Sclose, "make a scalar");
  return own(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose,
             "make a dataspace");
}

/// Chunks of about 256 KiB that follow the fastest dimensions.
std::vector<hsize_t> chunk_shape(std::vector<hsize_t> shape, std::size_t element) {
  hsize_t budget = (hsize_t{1} << 18) / element;
  for (std::size_t k = shape.size(); k-- > 0;) {
    shape[k] = std::max<hsize_t>(1, std::min(shape[k], budget));
    budget /= shape[k];
  }
  return shape;
}

}  // namespace

void describe(hid_t dataset, const std::string& unit, const std::string& meaning,
              const std::string& source) {
  write_attribute(dataset, "units", standard_units(unit));
  if (standard_units(unit) != unit) write_attribute(dataset, "unit", unit);
  write_attribute(dataset, "long_name", long_name(meaning, unit));
  if (!source.empty()) write_attribute(dataset, "source", source);
}

void write_flags(hid_t dataset, hid_t type, const void* values,
                 const std::vector<std::string>& words) {
  const std::vector<hsize_t> shape{words.size()};
  const Hdf5Id space = dataspace(shape);
  const Hdf5Id attribute =
      own(H5Acreate2(dataset, "flag_values", type, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
          "create attribute flag_values");
  check_hdf5(H5Awrite(attribute.get(), type, values), "write attribute flag_values");
  std::string meanings;
  for (std::string word : words) {
    std::replace(word.begin(), word.end(), ' ', '_');
    meanings += (meanings.empty() ? "" : " ") + word;
  }
  write_attribute(dataset, "flag_meanings", meanings);
}

void write_labels(hid_t dataset, const std::vector<std::string>& labels) {
  std::vector<std::int64_t> numbers(labels.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  // An attribute of HDF5 has at most 64 KiB.
  if (numbers.size() < 8000) write_flags(dataset, H5T_NATIVE_INT64, numbers.data(), labels);
  std::string lines;
  for (std::size_t i = 0; i < labels.size(); ++i) lines += (i > 0 ? "\n" : "") + labels[i];
  write_attribute(dataset, "labels", lines);
}

std::vector<std::string> read_labels(hid_t dataset) {
  std::vector<std::string> out(1);
  for (const char each : read_text_attribute(dataset, "labels")) {
    if (each == '\n')
      out.emplace_back();
    else
      out.back() += each;
  }
  return out;
}

void DatasetWriter::axis(const Axis& axis) {
  // No text is read by all: VirtualiZarr and Octave stop at strings of variable length, and
  // netCDF-C 4.9.0 destroys its heap on others. Labels are numbered, as CF numbers flags.
  std::vector<std::int64_t> integers;
  if (const auto* labels = std::get_if<2>(&axis.values)) {
    integers.resize(labels->size());
    std::iota(integers.begin(), integers.end(), 0);
  } else if (const auto* values = std::get_if<1>(&axis.values)) {
    integers = *values;
  }
  const Hdf5Id dataset = scale(axis.name, integers, std::get_if<0>(&axis.values));
  describe(dataset.get(), axis.unit, axis.doc, "");
  write_attribute(dataset.get(), "role", axis.role == AxisRole::split ? "split" : "captured");
  if (const auto* labels = std::get_if<2>(&axis.values)) write_labels(dataset.get(), *labels);
}

Hdf5Id DatasetWriter::scale(const std::string& name, const std::vector<std::int64_t>& integers,
                            const std::vector<double>* reals) {
  const std::string action = "create axis " + name;
  const hid_t type = reals != nullptr ? H5T_IEEE_F64LE : H5T_STD_I64LE;
  const void* fill = reals != nullptr ? static_cast<const void*>(&kNoReal) : &kNoInteger;
  const Hdf5Id space = dataspace({reals != nullptr ? reals->size() : integers.size()});
  const Hdf5Id how = own(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, action);
  check_hdf5(H5Pset_fill_value(how.get(), type, fill), action);
  Hdf5Id made =
      own(H5Dcreate2(file_, name.c_str(), type, space.get(), H5P_DEFAULT, how.get(), H5P_DEFAULT),
          H5Dclose, action);
  check_hdf5(
      reals != nullptr
          ? H5Dwrite(made.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, reals->data())
          : H5Dwrite(made.get(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, integers.data()),
      "write axis " + name);
  check_hdf5(H5DSset_scale(made.get(), name.substr(name.rfind('/') + 1).c_str()), action);
  return made;
}

Hdf5Id DatasetWriter::dataset(const std::string& name, const std::vector<const Axis*>& axes,
                              hid_t type, const void* fill) {
  std::vector<hsize_t> shape;
  shape.reserve(axes.size());
  for (const Axis* axis : axes) shape.push_back(axis->size());
  Hdf5Id made = bare_dataset(name, shape, type, fill);
  for (std::size_t k = 0; k < axes.size(); ++k) attach(made, axes[k]->name, k);
  return made;
}

void DatasetWriter::attach(const Hdf5Id& dataset, const std::string& scale, std::size_t dimension) {
  const Hdf5Id opened =
      own(H5Dopen2(file_, scale.c_str(), H5P_DEFAULT), H5Dclose, "open axis " + scale);
  check_hdf5(H5DSattach_scale(dataset.get(), opened.get(), static_cast<unsigned>(dimension)),
             "attach axis " + scale);
}

Hdf5Id DatasetWriter::bare_dataset(const std::string& name, const std::vector<hsize_t>& shape,
                                   hid_t type, const void* fill) {
  const std::string action = "create dataset " + name;
  const Hdf5Id space = dataspace(shape);
  const Hdf5Id how = own(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, action);
  check_hdf5(H5Pset_fill_value(how.get(), type, fill), action);
  if (storage_ == Storage::contiguous || shape.empty()) {
    check_hdf5(H5Pset_layout(how.get(), H5D_CONTIGUOUS), action);
    check_hdf5(H5Pset_alloc_time(how.get(), H5D_ALLOC_TIME_EARLY), action);
    // create_record writes the fill values, for errors that HDF5 survives.
    check_hdf5(H5Pset_fill_time(how.get(), H5D_FILL_TIME_NEVER), action);
  } else {
    const auto chunks = chunk_shape(shape, H5Tget_size(type));
    check_hdf5(H5Pset_chunk(how.get(), static_cast<int>(chunks.size()), chunks.data()), action);
    check_hdf5(H5Pset_shuffle(how.get()), action);
    check_hdf5(H5Pset_deflate(how.get(), 4), action);
  }
  return own(
      H5Dcreate2(file_, name.c_str(), type, space.get(), H5P_DEFAULT, how.get(), H5P_DEFAULT),
      H5Dclose, action);
}

std::vector<const Axis*> DatasetWriter::split_axes() const {
  std::vector<const Axis*> axes;
  for (std::size_t k = 0; k < grid_.split_count(); ++k) axes.push_back(&grid_.axes()[k]);
  return axes;
}

Hdf5Id DatasetWriter::group(const std::string& name) {
  const std::string action = "create group " + name;
  // netCDF-C writes to no file with a group that keeps no order.
  const Hdf5Id how = own(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, action);
  check_hdf5(H5Pset_link_creation_order(how.get(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
             action);
  return own(H5Gcreate2(file_, name.c_str(), H5P_DEFAULT, how.get(), H5P_DEFAULT), H5Gclose,
             action);
}

}  // namespace syncgap::store
