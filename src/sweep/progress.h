#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "core/clock.h"

namespace syncgap::sweep {

/// What the progress line is made of.
struct ProgressCount {
  std::uint64_t finished = 0;  ///< this run, done and failed
  std::uint64_t failed = 0;
  double cost_fraction = 0;  ///< share of this run's expected cost that is done
  std::string note = {};     ///< what the unit of rank 0 is doing; empty if it does not say
};

/// A line about the running unit: written by the unit, read by the monitor.
class UnitNote {
 public:
  void set(std::string text);
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

/// "128/401 units, 2 failed, 35.1 units/s, 00:00:08 left; rank 0: epoch 3 of 20, loss 0.0412".
std::string progress_line(const ProgressCount& count, std::uint64_t units, double elapsed);
/// "hh:mm:ss", with days in front when there are any.
std::string clock_text(double seconds);

/// How the monitor shows progress: a line that redraws itself, a line a minute, or nothing.
enum class ProgressStyle { terminal, log, silent };

/// A thread on rank 0 that prints progress and, across nodes, keeps MPI progressing remote claims.
class Monitor {
 public:
  /// `drive` is called every millisecond; pass none where claims need no help.
  Monitor(ProgressStyle style, std::uint64_t units, std::function<ProgressCount()> count,
          std::function<void()> drive);
  /// Prints the last line.
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

 private:
  void loop();
  void print(bool last);

  ProgressStyle style_;
  std::uint64_t units_;
  std::function<ProgressCount()> count_;
  std::function<void()> drive_;
  Clock::time_point started_ = Clock::now();
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace syncgap::sweep
