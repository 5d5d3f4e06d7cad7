#include <algorithm>
#include <bit>
#include <iterator>
#include <sstream>

#include <hdf5_hl.h>

#include "core/checksum.h"
#include "store/dataset_writer.h"
#include "store/goal_tables.h"
#include "store/layout.h"
#include "store/units.h"

namespace syncgap::store {
namespace {

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

/// Unit and meaning of an axis or observable, as it was declared.
struct Description {
  std::string unit, meaning;
};

Description read_description(hid_t dataset) {
  const char* name = H5Aexists(dataset, "unit") > 0 ? "unit" : "units";
  Description read{read_text_attribute(dataset, name), {}};
  read.meaning = meaning_of(read_text_attribute(dataset, "long_name"), read.unit);
  return read;
}

Axis read_axis(hid_t dataset, const std::string& name) {
  Axis axis;
  axis.name = name;
  auto [unit, meaning] = read_description(dataset);
  axis.unit = std::move(unit);
  axis.doc = std::move(meaning);
  axis.role =
      read_text_attribute(dataset, "role") == "split" ? AxisRole::split : AxisRole::captured;
  const auto shape = shape_of(dataset);
  if (shape.size() != 1) throw RecordError("axis " + name + " is not one-dimensional");
  const Hdf5Id type = own(H5Dget_type(dataset), H5Tclose, "read axis " + name);
  auto read = [&](hid_t memory_type, void* data) {
    check_hdf5(H5Dread(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data),
               "read axis " + name);
  };
  if (H5Aexists(dataset, "labels") > 0) {
    axis.values = read_labels(dataset);
    if (static_cast<hsize_t>(axis.size()) != shape[0])
      throw RecordError("axis " + name + " has not as many labels as values");
  } else if (H5Tget_class(type.get()) == H5T_FLOAT) {
    std::vector<double> values(shape[0]);
    read(H5T_NATIVE_DOUBLE, values.data());
    axis.values = std::move(values);
  } else if (H5Tget_class(type.get()) == H5T_INTEGER) {
    std::vector<std::int64_t> values(shape[0]);
    read(H5T_NATIVE_INT64, values.data());
    axis.values = std::move(values);
  } else {
    axis.values = read_strings(dataset, shape[0]);  // as version 0.1 wrote them
  }
  return axis;
}

Observable read_observable(hid_t dataset, const std::string& name, const std::vector<Axis>& axes) {
  Observable observable;
  observable.name = name;
  auto [unit, meaning] = read_description(dataset);
  observable.unit = std::move(unit);
  observable.long_name = std::move(meaning);
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
    // Another program may have added variables of its own.
    if (H5DSis_scale(object.get()) > 0 && H5Aexists(object.get(), "role") > 0)
      axes.push_back(read_axis(object.get(), name));
    else if (H5Aexists(object.get(), "dimensions") > 0)
      contents.observables.push_back(read_observable(object.get(), name, axes));
  }
  contents.grid = Grid(std::move(axes));
  contents.header.goals = read_goals(file);
  return contents;
}

std::uint64_t contents_checksum(const RecordHeader& header, const Grid& grid,
                                const std::vector<Observable>& observables) {
  Checksum sum;
  auto number = [&](std::uint64_t value) { sum.add(&value, sizeof value); };
  auto text = [&](const std::string& value) {
    number(value.size());
    sum.add(value.data(), value.size());
  };
  for (const auto& attribute : kTextAttributes) text(header.*attribute.member);
  number(header.sweep_seed);
  for (const auto& [name, value] : header.provenance) text(name), text(value);
  number(grid.axes().size());
  for (const Axis& axis : grid.axes()) {
    for (const std::string& each : {axis.name, axis.unit, axis.doc}) text(each);
    number(axis.role == AxisRole::split ? 0 : 1);
    number(axis.values.index());
    number(axis.size());
    if (const auto* labels = std::get_if<2>(&axis.values))
      for (const std::string& label : *labels) text(label);
    else
      for (std::int64_t i = 0; i < axis.size(); ++i)
        number(axis.values.index() == 0 ? std::bit_cast<std::uint64_t>(std::get<0>(axis.values)[i])
                                        : std::get<1>(axis.values)[i]);
  }
  number(observables.size());
  for (const Observable& observable : observables) {
    for (const std::string& each :
         {observable.name, observable.unit, observable.long_name, observable.source})
      text(each);
    number(observable.captured.size());
    for (const std::string& axis : observable.captured) text(axis);
  }
  return sum.value();
}

}  // namespace syncgap::store
