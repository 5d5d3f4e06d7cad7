#pragma once

#include "core/check.h"

namespace syncgap::store {

/// A file cannot be created, read or written as a record. what() names the file and what to do.
class RecordError : public InputError {
 public:
  using InputError::InputError;
};

}  // namespace syncgap::store
