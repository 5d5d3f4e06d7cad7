#include "sweep/progress.h"

#include <atomic>
#include <limits>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncgap::sweep {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ClockText, CountsHoursAndDays) {
  EXPECT_EQ(clock_text(0), "00:00:00");
  EXPECT_EQ(clock_text(59.6), "00:01:00");
  EXPECT_EQ(clock_text(3725), "01:02:05");
  EXPECT_EQ(clock_text(90061), "1d 01:01:01");
  EXPECT_EQ(clock_text(1e300), "unknown");
  EXPECT_EQ(clock_text(std::numeric_limits<double>::quiet_NaN()), "unknown");
}

TEST(ProgressLine, HasRateAndTimeLeftFromTheShareOfTheCost) {
  // A tenth of the units, but half of the cost: as much time again.
  EXPECT_EQ(progress_line({40, 0, 0.5}, 400, 20), "40/400 units, 2 units/s, 00:00:20 left");
}

TEST(ProgressLine, NeverLeavesLessThanNoTime) {
  EXPECT_THAT(progress_line({399, 0, 1 + 1e-9}, 400, 20), HasSubstr("00:00:00 left"));
}

TEST(ProgressLine, NamesFailuresOnlyWhenThereAreAny) {
  EXPECT_THAT(progress_line({40, 2, 0.5}, 400, 20), HasSubstr("40/400 units, 2 failed, "));
  EXPECT_THAT(progress_line({40, 0, 0.5}, 400, 20), Not(HasSubstr("failed")));
}

TEST(ProgressLine, SaysWhenNothingIsKnownYetAndNothingMoreAtTheEnd) {
  EXPECT_EQ(progress_line({0, 0, 0}, 400, 61),
            "0/400 units, 00:01:01 so far, time left not known yet");
  EXPECT_EQ(progress_line({400, 0, 1}, 400, 100), "400/400 units, 4 units/s");
  EXPECT_EQ(progress_line({0, 0, 0}, 0, 0), "0/0 units, 0 units/s");
}

TEST(ProgressLine, EndsWithWhatTheUnitSays) {
  UnitNote note;
  EXPECT_EQ(note.text(), "");
  note.set("epoch 3 of 20");
  EXPECT_EQ(progress_line({40, 0, 0.5, note.text()}, 400, 20),
            "40/400 units, 2 units/s, 00:00:20 left; rank 0: epoch 3 of 20");
}

TEST(Monitor, PrintsTheLastLineWhenItGoes) {
  testing::internal::CaptureStderr();
  {
    const Monitor monitor(ProgressStyle::log, 3, [] { return ProgressCount{3, 1, 1.0}; }, {});
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("3/3 units, 1 failed, "));
}

TEST(Monitor, RedrawsItsLineOnATerminal) {
  testing::internal::CaptureStderr();
  std::atomic<int> asked = 0;
  {
    const Monitor monitor(ProgressStyle::terminal, 10,
                          [&] {
                            ++asked;
                            return ProgressCount{5, 0, 0.5};
                          },
                          {});
    while (asked < 1) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.rfind("\r\033[K5/10 units", 0), 0U) << text;
  EXPECT_EQ(text.back(), '\n');
}

TEST(Monitor, SilentOnesPrintNothingButStillDrive) {
  testing::internal::CaptureStderr();
  std::atomic<int> drives = 0;
  {
    const Monitor monitor(
        ProgressStyle::silent, 3, [] { return ProgressCount{}; }, [&] { ++drives; });
    while (drives < 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace syncgap::sweep
