#pragma once

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"

namespace syncgap {

/// What() of the Error that `action` throws; a failed expectation and "" if it throws none.
template <class Error = InputError, class Action>
std::string error_text(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace syncgap
