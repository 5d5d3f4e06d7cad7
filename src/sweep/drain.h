#pragma once

#include "core/clock.h"

namespace syncgap::sweep {

/// Says when a rank must stop claiming units: SIGUSR1, SIGUSR2, SIGTERM, SIGINT, SIGXCPU or SIGHUP
/// (unless nohup has it ignored) arrived, or the next unit might not fit before the wall. One per
/// process; restores the old signal handlers when destroyed.
class DrainWatch {
 public:
  /// `walltime` in seconds from `started`; 0: none.
  DrainWatch(double walltime, Clock::time_point started);
  ~DrainWatch();
  DrainWatch(const DrainWatch&) = delete;
  DrainWatch& operator=(const DrainWatch&) = delete;

  /// A signal arrived; async-signal-safe origin, cheap enough for inner loops.
  static bool signalled();
  bool has_wall() const { return walltime_ > 0; }
  /// True if no unit that may take `unit_seconds` should be begun now.
  bool before_unit(double unit_seconds) const;
  /// True once a signal arrived or the wall is reached.
  bool now() const { return before_unit(0); }

 private:
  double walltime_;
  Clock::time_point started_;
};

}  // namespace syncgap::sweep
