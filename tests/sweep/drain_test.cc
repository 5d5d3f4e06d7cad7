#include "sweep/drain.h"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>

namespace syncgap::sweep {
namespace {

TEST(DrainWatch, WithoutSignalOrWallEveryUnitMayBegin) {
  const DrainWatch watch(0, Clock::now());
  EXPECT_FALSE(watch.has_wall());
  EXPECT_FALSE(watch.now());
  EXPECT_FALSE(watch.before_unit(1e9));
}

TEST(DrainWatch, EachOfItsSignalsDrains) {
  for (const int signal : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT, SIGXCPU, SIGHUP}) {
    const DrainWatch watch(0, Clock::now());
    EXPECT_FALSE(DrainWatch::signalled());
    std::raise(signal);
    EXPECT_TRUE(DrainWatch::signalled());
    EXPECT_TRUE(watch.now());
    EXPECT_TRUE(watch.before_unit(0));
  }
}

TEST(DrainWatch, UnderNohupAClosedTerminalEndsNothing) {
  const auto old = std::signal(SIGHUP, SIG_IGN);
  {
    const DrainWatch watch(0, Clock::now());
    std::raise(SIGHUP);
    EXPECT_FALSE(DrainWatch::signalled());
  }
  EXPECT_EQ(std::signal(SIGHUP, old), SIG_IGN);
}

TEST(DrainWatch, RestoresTheOldHandlersAndForgetsTheSignal) {
  static volatile std::sig_atomic_t seen = 0;
  const auto old = std::signal(SIGUSR2, [](int) { seen = 1; });
  {
    const DrainWatch watch(0, Clock::now());
    std::raise(SIGUSR2);
    EXPECT_EQ(seen, 0);
  }
  EXPECT_FALSE(DrainWatch::signalled());
  std::raise(SIGUSR2);
  EXPECT_EQ(seen, 1);
  std::signal(SIGUSR2, old);
}

TEST(DrainWatch, AUnitThatMayPassTheWallIsNotBegun) {
  const DrainWatch watch(100, Clock::now() - std::chrono::seconds(40));
  EXPECT_TRUE(watch.has_wall());
  EXPECT_FALSE(watch.now());
  EXPECT_FALSE(watch.before_unit(59));
  EXPECT_TRUE(watch.before_unit(61));
}

TEST(DrainWatch, TheWallItselfDrains) {
  EXPECT_TRUE(DrainWatch(10, Clock::now() - std::chrono::seconds(11)).now());
}

TEST(DrainWatchDeathTest, ASecondInterruptEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const DrainWatch watch(0, Clock::now());
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(DrainWatch, ASecondTerminationKeepsDraining) {
  const DrainWatch watch(0, Clock::now());
  std::raise(SIGTERM);
  std::raise(SIGTERM);
  std::raise(SIGUSR2);
  EXPECT_TRUE(watch.now());
}

}  // namespace
}  // namespace syncgap::sweep
