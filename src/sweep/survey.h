#pragma once

#include <cstdint>

#include "parallel/communicator.h"
#include "store/record.h"

namespace syncgap::sweep {

/// What is left of the record's past: every rank checks its share of the finished units.
struct Survey {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t damaged = 0;
  std::uint64_t failures = 0;  ///< entries in the failure table
};

/// Collective. Units that are damaged, and failed ones that are to be run again, are pending
/// afterwards, in the record too.
Survey survey(const store::Record& record, const parallel::Communicator& ranks, bool retry_failed);

}  // namespace syncgap::sweep
