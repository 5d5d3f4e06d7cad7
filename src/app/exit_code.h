#pragma once

namespace syncgap::app {

/// What the program tells its caller; README lists them.
enum class ExitCode : int {
  done = 0,
  internal_error = 1,  // or what was asked for could not be printed
  bad_input = 2,
  units_failed = 3,
  damaged = 4,
  host_lost = 69,  // EX_UNAVAILABLE: what is measured is kept; run the same command again
  drained = 75,    // EX_TEMPFAIL of sysexits.h: run the same command again
};

}  // namespace syncgap::app
