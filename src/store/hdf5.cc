#include "store/hdf5.h"

#include <algorithm>
#include <cstring>

namespace syncgap::store {
namespace {

// Every handle is closed by its owner. HDF5's own tidying at exit would crash on a file that could
// not be written to the end; it can be turned off only before the first other call.
[[maybe_unused]] const herr_t kNoTidyingAtExit = H5dont_atexit();

}  // namespace

std::string hdf5_reason() {
  std::string reason;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* error, void* out) -> herr_t {
        auto& text = *static_cast<std::string*>(out);
        if (text.empty() && error->desc != nullptr) text = error->desc;
        return 0;
      },
      &reason);
  // A failed system call comes with its time, buffer and sizes; what it met is enough.
  constexpr const char* kMark = "error message = '";
  if (const auto mark = reason.find(kMark); mark != std::string::npos) {
    reason = reason.substr(mark + std::strlen(kMark));
    reason = reason.substr(0, reason.find('\''));
  }
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  return reason.empty() ? "HDF5 gives no reason" : reason;
}

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return concat(major, ".", minor, ".", release);
}

void silence_hdf5() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

Hdf5Id own(hid_t id, Hdf5Id::Close close, const std::string& action) {
  if (id < 0) throw RecordError(concat("cannot ", action, " (HDF5: ", hdf5_reason(), ")"));
  return {id, close};
}

void check_hdf5(herr_t code, const std::string& action) {
  if (code < 0) throw RecordError(concat("cannot ", action, " (HDF5: ", hdf5_reason(), ")"));
}

void Hdf5Id::close(const std::string& action) {
  if (close_(std::exchange(id_, H5I_INVALID_HID)) < 0)
    throw RecordError(concat("cannot ", action, " (HDF5: ", hdf5_reason(), ")"));
}

Hdf5Id string_type() {
  Hdf5Id type = own(H5Tcopy(H5T_C_S1), H5Tclose, "make a string type");
  check_hdf5(H5Tset_size(type.get(), H5T_VARIABLE), "make a string type");
  check_hdf5(H5Tset_cset(type.get(), H5T_CSET_UTF8), "make a string type");
  return type;
}

void write_attribute(hid_t object, const std::string& name, const std::string& text) {
  const Hdf5Id type = string_type();
  const Hdf5Id space = own(H5Screate(H5S_SCALAR), H5Sclose, "make a scalar");
  const Hdf5Id attribute =
      own(H5Acreate2(object, name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
          H5Aclose, "create attribute " + name);
  const char* pointer = text.c_str();
  check_hdf5(H5Awrite(attribute.get(), type.get(), &pointer), "write attribute " + name);
}

void write_attribute(hid_t object, const std::string& name, long long number) {
  const Hdf5Id space = own(H5Screate(H5S_SCALAR), H5Sclose, "make a scalar");
  const Hdf5Id attribute =
      own(H5Acreate2(object, name.c_str(), H5T_STD_I64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT),
          H5Aclose, "create attribute " + name);
  check_hdf5(H5Awrite(attribute.get(), H5T_NATIVE_LLONG, &number), "write attribute " + name);
}

std::string read_text_attribute(hid_t object, const std::string& name) {
  const std::string action = "read attribute " + name;
  const Hdf5Id attribute = own(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, action);
  const Hdf5Id stored = own(H5Aget_type(attribute.get()), H5Tclose, action);
  if (H5Tget_class(stored.get()) != H5T_STRING || H5Tis_variable_str(stored.get()) <= 0)
    throw RecordError("cannot " + action + ": it is not a string");
  const Hdf5Id type = string_type();
  char* pointer = nullptr;
  check_hdf5(H5Aread(attribute.get(), type.get(), &pointer), action);
  std::string text = pointer == nullptr ? std::string() : std::string(pointer);
  H5free_memory(pointer);
  return text;
}

long long read_integer_attribute(hid_t object, const std::string& name) {
  const std::string action = "read attribute " + name;
  const Hdf5Id attribute = own(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, action);
  long long number = 0;
  check_hdf5(H5Aread(attribute.get(), H5T_NATIVE_LLONG, &number), action);
  return number;
}

std::vector<std::string> read_strings(hid_t dataset, std::size_t count) {
  const Hdf5Id type = string_type();
  std::vector<char*> pointers(count, nullptr);
  check_hdf5(H5Dread(dataset, type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()),
             "read labels");
  std::vector<std::string> out;
  for (char* pointer : pointers) {
    out.emplace_back(pointer == nullptr ? "" : pointer);
    H5free_memory(pointer);
  }
  return out;
}

}  // namespace syncgap::store
