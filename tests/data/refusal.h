#pragma once

#include <string>

#include "core/check.h"

namespace syncgap::data {

/// What() of the InputError that `read` throws; "accepted" if it throws none.
template <class Read>
std::string refusal(const Read& read) {
  try {
    read();
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace syncgap::data
