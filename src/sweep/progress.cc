#include "sweep/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "parallel/task_counter.h"

namespace syncgap::sweep {
namespace {

using namespace std::chrono_literals;

Clock::duration interval_of(ProgressStyle style) {
  return style == ProgressStyle::terminal ? Clock::duration(500ms) : Clock::duration(60s);
}

}  // namespace

std::string clock_text(double seconds) {
  if (!(seconds < 1e9)) return "unknown";
  const long long whole = std::llround(seconds);
  char text[48];
  const long long days = whole / 86400;
  const int hours = static_cast<int>(whole / 3600 % 24),
            minutes = static_cast<int>(whole / 60 % 60), rest = static_cast<int>(whole % 60);
  if (days > 0)
    std::snprintf(text, sizeof text, "%lldd %02d:%02d:%02d", days, hours, minutes, rest);
  else
    std::snprintf(text, sizeof text, "%02d:%02d:%02d", hours, minutes, rest);
  return text;
}

void UnitNote::set(std::string text) {
  const std::lock_guard lock(mutex_);
  text_ = std::move(text);
}

std::string UnitNote::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

std::string progress_line(const ProgressCount& count, std::uint64_t units, double elapsed) {
  std::string line = concat(count.finished, "/", units, " units");
  if (count.failed > 0) line += concat(", ", count.failed, " failed");
  if (count.finished == 0 && units > 0) {
    line += concat(", ", clock_text(elapsed), " so far");
  } else {
    char rate[48];
    const double per_second = elapsed > 0 ? to_real(count.finished) / elapsed : 0;
    std::snprintf(rate, sizeof rate, per_second < 1000 ? ", %.3g units/s" : ", %.0f units/s",
                  per_second);
    line += rate;
  }
  if (count.finished < units)
    line += count.cost_fraction > 0
                ? ", " + clock_text(elapsed * std::max(0.0, 1 / count.cost_fraction - 1)) + " left"
                : ", time left not known yet";
  if (!count.note.empty()) line += "; rank 0: " + count.note;
  return line;
}

Monitor::Monitor(ProgressStyle style, std::uint64_t units, std::function<ProgressCount()> count,
                 std::function<void()> drive)
    : style_(style), units_(units), count_(std::move(count)), drive_(std::move(drive)) {
  if (style_ != ProgressStyle::silent || drive_) thread_ = std::thread([this] { loop(); });
}

Monitor::~Monitor() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  print(true);
}

void Monitor::loop() {
  auto next_print = started_ + interval_of(style_);
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const auto until = drive_ ? Clock::now() + parallel::TaskCounter::kDriveEvery : next_print;
    wake_.wait_until(lock, until, [this] { return stop_; });
    if (stop_) return;
    if (drive_) drive_();
    if (Clock::now() < next_print) continue;
    print(false);
    next_print += interval_of(style_);
  }
}

void Monitor::print(bool last) {
  if (style_ == ProgressStyle::silent) return;
  const double elapsed = seconds_since(started_);
  const std::string line = progress_line(count_(), units_, elapsed);
  if (style_ == ProgressStyle::terminal)
    std::fprintf(stderr, "\r\033[K%s%s", line.c_str(), last ? "\n" : "");
  else
    std::fprintf(stderr, "%s\n", line.c_str());
  std::fflush(stderr);
}

}  // namespace syncgap::sweep
