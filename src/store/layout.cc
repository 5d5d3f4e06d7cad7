#include "store/layout.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <sstream>

#include <hdf5_hl.h>

namespace syncgap::store {
namespace {

constexpr std::uint64_t kMaxFailures = 4096;

/// Header attributes that are plain text, and the member each one lives in.
struct TextAttribute {
  const char* name;
  std::string RecordHeader::*member;
};
constexpr TextAttribute kTextAttributes[] = {
    {"experiment", &RecordHeader::experiment}, {"title", &RecordHeader::title},
    {"profile", &RecordHeader::profile},       {"job", &RecordHeader::job},
    {"options", &RecordHeader::options},       {"option_docs", &RecordHeader::option_docs},
    {"identity", &RecordHeader::identity},
};

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

class Writer {
 public:
  Writer(hid_t file, const Grid& grid, Storage storage)
      : file_(file), grid_(grid), storage_(storage) {}

  void axis(const Axis& axis) {
    const std::vector<hsize_t> shape{hsize_t(axis.size())};
    const Hdf5Id space = dataspace(shape);
    const std::string action = "create axis " + axis.name;
    Hdf5Id type = string_type();
    if (axis.values.index() == 0) type = own(H5Tcopy(H5T_IEEE_F64LE), H5Tclose, action);
    if (axis.values.index() == 1) type = own(H5Tcopy(H5T_STD_I64LE), H5Tclose, action);
    const Hdf5Id dataset = own(H5Dcreate2(file_, axis.name.c_str(), type.get(), space.get(),
                                          H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                               H5Dclose, action);
    auto write = [&](hid_t memory_type, const void* data) {
      check_hdf5(H5Dwrite(dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data),
                 "write axis " + axis.name);
    };
    if (const auto* reals = std::get_if<0>(&axis.values)) write(H5T_NATIVE_DOUBLE, reals->data());
    if (const auto* integers = std::get_if<1>(&axis.values))
      write(H5T_NATIVE_INT64, integers->data());
    if (const auto* labels = std::get_if<2>(&axis.values)) {
      std::vector<const char*> pointers;
      for (const auto& label : *labels) pointers.push_back(label.c_str());
      write(type.get(), pointers.data());
    }
    write_attribute(dataset.get(), "units", axis.unit);
    write_attribute(dataset.get(), "long_name", axis.doc);
    write_attribute(dataset.get(), "role", axis.role == AxisRole::split ? "split" : "captured");
    check_hdf5(H5DSset_scale(dataset.get(), axis.name.c_str()), action);
  }

  Hdf5Id dataset(const std::string& name, const std::vector<const Axis*>& axes, hid_t type,
                 const void* fill) {
    std::vector<hsize_t> shape;
    shape.reserve(axes.size());
    for (const Axis* axis : axes) shape.push_back(axis->size());
    Hdf5Id made = bare_dataset(name, shape, type, fill);
    for (std::size_t k = 0; k < axes.size(); ++k) {
      const Hdf5Id scale = own(H5Dopen2(file_, axes[k]->name.c_str(), H5P_DEFAULT), H5Dclose,
                               "open axis " + axes[k]->name);
      check_hdf5(H5DSattach_scale(made.get(), scale.get(), static_cast<unsigned>(k)),
                 "attach axis " + axes[k]->name);
    }
    return made;
  }

  Hdf5Id bare_dataset(const std::string& name, const std::vector<hsize_t>& shape, hid_t type,
                      const void* fill) {
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

  std::vector<const Axis*> split_axes() const {
    std::vector<const Axis*> axes;
    for (std::size_t k = 0; k < grid_.split_count(); ++k) axes.push_back(&grid_.axes()[k]);
    return axes;
  }

 private:
  hid_t file_;
  const Grid& grid_;
  Storage storage_;
};

void describe(const Hdf5Id& dataset, const std::string& unit, const std::string& long_name,
              const std::string& source) {
  write_attribute(dataset.get(), "units", unit);
  write_attribute(dataset.get(), "long_name", long_name);
  if (!source.empty()) write_attribute(dataset.get(), "source", source);
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

std::vector<std::string> link_names(hid_t file) {
  std::vector<std::string> names;
  hsize_t at = 0;
  check_hdf5(H5Literate(
                 file, H5_INDEX_CRT_ORDER, H5_ITER_INC, &at,
                 [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
                   static_cast<std::vector<std::string>*>(out)->emplace_back(name);
                   return 0;
                 },
                 &names),
             "list datasets");
  return names;
}

std::vector<hsize_t> shape_of(hid_t dataset) {
  const Hdf5Id space = own(H5Dget_space(dataset), H5Sclose, "read a shape");
  const int rank = H5Sget_simple_extent_ndims(space.get());
  check_hdf5(rank, "read a shape");
  std::vector<hsize_t> shape(rank);
  check_hdf5(H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr), "read a shape");
  return shape;
}

Axis read_axis(hid_t dataset, const std::string& name) {
  Axis axis;
  axis.name = name;
  axis.unit = read_text_attribute(dataset, "units");
  axis.doc = read_text_attribute(dataset, "long_name");
  axis.role =
      read_text_attribute(dataset, "role") == "split" ? AxisRole::split : AxisRole::captured;
  const auto shape = shape_of(dataset);
  if (shape.size() != 1) throw RecordError("axis " + name + " is not one-dimensional");
  const Hdf5Id type = own(H5Dget_type(dataset), H5Tclose, "read axis " + name);
  auto read = [&](hid_t memory_type, void* data) {
    check_hdf5(H5Dread(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data),
               "read axis " + name);
  };
  if (H5Tget_class(type.get()) == H5T_FLOAT) {
    std::vector<double> values(shape[0]);
    read(H5T_NATIVE_DOUBLE, values.data());
    axis.values = std::move(values);
  } else if (H5Tget_class(type.get()) == H5T_INTEGER) {
    std::vector<std::int64_t> values(shape[0]);
    read(H5T_NATIVE_INT64, values.data());
    axis.values = std::move(values);
  } else {
    axis.values = read_strings(dataset, shape[0]);
  }
  return axis;
}

Observable read_observable(hid_t dataset, const std::string& name, const std::vector<Axis>& axes) {
  Observable observable;
  observable.name = name;
  observable.unit = read_text_attribute(dataset, "units");
  observable.long_name = read_text_attribute(dataset, "long_name");
  observable.source = read_text_attribute(dataset, "source");
  for (const std::string& axis : words(read_text_attribute(dataset, "dimensions"))) {
    const auto found =
        std::find_if(axes.begin(), axes.end(), [&](const Axis& a) { return a.name == axis; });
    if (found == axes.end()) throw RecordError("observable " + name + " has no axis " + axis);
    if (found->role == AxisRole::captured) observable.captured.push_back(axis);
  }
  return observable;
}

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

  Writer writer(file, grid, storage);
  for (const Axis& axis : grid.axes()) writer.axis(axis);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Observable& observable : observables) {
    auto axes = writer.split_axes();
    for (const std::string& name : observable.captured) axes.push_back(&grid.axis(name));
    const Hdf5Id dataset = writer.dataset(observable.name, axes, H5T_IEEE_F64LE, &nan);
    describe(dataset, observable.unit, observable.long_name, observable.source);
    if (observable.source.empty()) write_attribute(dataset.get(), "source", std::string());
    std::string dimensions;
    for (const Axis* axis : axes) dimensions += (dimensions.empty() ? "" : " ") + axis->name;
    write_attribute(dataset.get(), "dimensions", dimensions);
  }
  const std::uint8_t pending = 0;
  const std::uint64_t zero = 0;
  describe(writer.dataset(kStatus, writer.split_axes(), H5T_STD_U8LE, &pending), "1",
           "0 pending, 1 done, 2 failed", "");
  describe(writer.dataset(kSeconds, writer.split_axes(), H5T_IEEE_F64LE, &nan), "s",
           "wall-clock seconds this unit took", "");
  describe(writer.dataset(kChecksum, writer.split_axes(), H5T_STD_U64LE, &zero), "1",
           "XXH3 of this unit's cells, seeded with its index", "");
  const Hdf5Id group = own(H5Gcreate2(file, "failures", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                           H5Gclose, "create group failures");
  const std::vector<hsize_t> slots{failure_capacity(grid.unit_count())};
  const std::int64_t none = -1;
  describe(writer.bare_dataset(kFailureUnit, slots, H5T_STD_I64LE, &none), "1",
           "index of the failed unit, row-major over the split axes; -1: empty slot", "");
  const Hdf5Id text = own(H5Tcopy(H5T_C_S1), H5Tclose, "make a string type");
  check_hdf5(H5Tset_size(text.get(), kMessageBytes), "make a string type");
  check_hdf5(H5Tset_strpad(text.get(), H5T_STR_NULLPAD), "make a string type");
  check_hdf5(H5Tset_cset(text.get(), H5T_CSET_UTF8), "make a string type");
  const std::vector<char> blank(kMessageBytes, '\0');
  describe(writer.bare_dataset(kFailureMessage, slots, text.get(), blank.data()), "1",
           "why the unit failed", "");
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

Contents read_contents(hid_t file) {
  Contents contents;
  if (read_text_attribute(file, "Conventions") != kConventions)
    throw RecordError("its Conventions attribute is not " + std::string(kConventions));
  for (const auto& attribute : kTextAttributes)
    contents.header.*attribute.member = read_text_attribute(file, attribute.name);
  contents.header.sweep_seed = read_integer_attribute(file, "sweep_seed");
  for (const std::string& name : words(read_text_attribute(file, "provenance")))
    contents.header.provenance.emplace_back(name, read_text_attribute(file, name));
  std::vector<Axis> axes;
  for (const std::string& name : link_names(file)) {
    const Hdf5Id object = own(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose, "open " + name);
    if (H5Iget_type(object.get()) != H5I_DATASET) continue;
    if (H5DSis_scale(object.get()) > 0)
      axes.push_back(read_axis(object.get(), name));
    else if (H5Aexists(object.get(), "dimensions") > 0)
      contents.observables.push_back(read_observable(object.get(), name, axes));
  }
  contents.grid = Grid(std::move(axes));
  return contents;
}

}  // namespace syncgap::store
