#pragma once

#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include "store/record_error.h"

namespace syncgap::store {

/// Move-only owner of one HDF5 identifier and the call that closes it.
class Hdf5Id {
 public:
  using Close = herr_t (*)(hid_t);

  Hdf5Id() = default;
  Hdf5Id(hid_t id, Close how_to_close) : id_(id), close_(how_to_close) {}
  ~Hdf5Id() {
    if (id_ >= 0) close_(id_);
  }
  Hdf5Id(Hdf5Id&& other) noexcept
      : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Hdf5Id& operator=(Hdf5Id&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  Hdf5Id(const Hdf5Id&) = delete;
  Hdf5Id& operator=(const Hdf5Id&) = delete;

  hid_t get() const { return id_; }
  /// Closes now; unlike the destructor it throws RecordError naming `action` if that fails.
  void close(const std::string& action);

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

/// What HDF5 itself says about the last failed call, innermost reason first.
std::string hdf5_reason();

/// "1.10.8", of the library loaded.
std::string hdf5_version();

/// Silences HDF5's own error printing; every call's result is checked instead.
void silence_hdf5();

/// Wraps the result of a C call that makes an identifier; throws RecordError naming `action`.
Hdf5Id own(hid_t id, Hdf5Id::Close close, const std::string& action);

/// Throws RecordError naming `action` when a C call failed.
void check_hdf5(herr_t code, const std::string& action);

/// Variable-length UTF-8, the string type h5py and xarray read as str.
Hdf5Id string_type();

/// Attributes on an open object.
void write_attribute(hid_t object, const std::string& name, const std::string& text);
void write_attribute(hid_t object, const std::string& name, long long number);
std::string read_text_attribute(hid_t object, const std::string& name);
long long read_integer_attribute(hid_t object, const std::string& name);

/// Strings of a one-dimensional dataset of variable-length strings.
std::vector<std::string> read_strings(hid_t dataset, std::size_t count);

}  // namespace syncgap::store
