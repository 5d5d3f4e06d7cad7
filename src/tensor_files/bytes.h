#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "tensor_files/format_error.h"

namespace syncgap::tensor_files {

static_assert(std::endian::native == std::endian::little, "files of weights are little-endian");

/// Takes bytes off the front and never reads past the end. `what` is what messages call them.
class Bytes {
 public:
  Bytes(std::string_view bytes, const char* what) : bytes_(bytes), what_(what) {}

  std::uint64_t offset() const { return at_; }
  std::uint64_t left() const { return bytes_.size() - at_; }

  std::string_view take(std::uint64_t count) {
    require_format(count <= left(), what_, " is cut short (", count, " bytes wanted at byte ", at_,
                   ", ", left(), " are left)");
    const std::string_view taken = bytes_.substr(at_, count);
    at_ += count;
    return taken;
  }
  template <class Number>
  Number number() {
    Number value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  /// Up to the end of the line, which is taken too.
  std::string_view line() {
    const auto end = bytes_.find('\n', at_);
    require_format(end != std::string_view::npos, what_,
                   " is cut short (no end of the line at byte ", at_, ")");
    const std::string_view taken = take(end - at_);
    ++at_;
    return taken;
  }

 private:
  std::string_view bytes_;
  const char* what_;
  std::uint64_t at_ = 0;
};

}  // namespace syncgap::tensor_files
