#pragma once

#include <stdexcept>

namespace syncgap::app {

/// Not all that was printed could be written.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Gives standard streams that are closed a place, so that no file opened later, a record for one,
/// takes their number and what is printed. What is written to a closed output then fails.
void occupy_standard_streams();

/// Throws OutputError, with the system's reason, if not all that was printed to standard
/// output has been written.
void finish_standard_output();

}  // namespace syncgap::app
