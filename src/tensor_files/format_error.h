#pragma once

#include <stdexcept>
#include <string>

#include "core/check.h"

namespace syncgap::tensor_files {

/// These bytes cannot be used. What reads them knows what is wrong and what helps; who opened the
/// file adds its name and makes an InputError of it.
class FormatError : public std::runtime_error {
 public:
  explicit FormatError(const std::string& what,
                       std::string remedy =
                           "take another file, or remove this one to have it made "
                           "again")
      : std::runtime_error(what), remedy_(std::move(remedy)) {}
  const std::string& remedy() const { return remedy_; }

 private:
  std::string remedy_;
};

/// Throws FormatError with the concatenated message unless `condition` holds.
template <class... Args>
void require_format(bool condition, const Args&... message) {
  if (!condition) throw FormatError(concat(message...));
}

}  // namespace syncgap::tensor_files
