#include "store/team_note.h"

#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "core/clock.h"
#include "store/lock.h"
#include "store/small_record.h"

namespace syncgap::store {
namespace {

RunNote run_note() {
  RunNote note;
  note.host = "node7";
  note.process = 1234;
  note.ranks = 16;
  return note;
}

class TeamNoteTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::string record_ = folder_.path("figure12.h5");
};

void let_a_note_pass() { std::this_thread::sleep_for(std::chrono::milliseconds(120)); }

TEST_F(TeamNoteTest, OthersReadWhatEveryTeamIsAt) {
  folder_.write("figure12.h5", {0});  // a record is there when the other ranks come
  const double before = unix_time();
  const RecordLock lock = RecordLock::take(record_, run_note());
  const RecordLock other = RecordLock::share(record_);
  TeamNoteWriter first(lock), third(other);
  first.begin(0, 17);
  third.begin(2, 5);
  third.begin(2, {});
  first.say("epoch 3 of 20,\nloss 0.0412");
  let_a_note_pass();
  first.flush();
  const auto notes = team_notes(record_);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].team, 0);
  EXPECT_EQ(notes[0].unit, 17U);
  EXPECT_NEAR(notes[0].since, before, 60);
  EXPECT_GE(notes[0].since, before - 0.001);
  EXPECT_EQ(notes[0].doing, "epoch 3 of 20, loss 0.0412");
  EXPECT_EQ(notes[1].team, 2);
  EXPECT_FALSE(notes[1].unit);
  // The run's own note is still read beside them.
  EXPECT_EQ(running(record_)->host, "node7");
}

TEST_F(TeamNoteTest, ANewUnitSaysNothingOfTheLastOne) {
  const RecordLock lock = RecordLock::take(record_, run_note());
  TeamNoteWriter writer(lock);
  writer.begin(0, 1);
  let_a_note_pass();
  writer.say("epoch 20 of 20");
  EXPECT_EQ(team_notes(record_).at(0).doing, "epoch 20 of 20");
  let_a_note_pass();
  writer.begin(0, 2);
  EXPECT_EQ(team_notes(record_).at(0).unit, 2U);
  EXPECT_EQ(team_notes(record_).at(0).doing, "");
}

TEST_F(TeamNoteTest, ShortUnitsAreNotedNowAndThen) {
  const RecordLock lock = RecordLock::take(record_, run_note());
  TeamNoteWriter writer(lock);
  writer.begin(0, 1);
  writer.begin(0, 2);
  EXPECT_EQ(team_notes(record_).at(0).unit, 1U);
  let_a_note_pass();
  writer.flush();
  EXPECT_EQ(team_notes(record_).at(0).unit, 2U);
}

TEST_F(TeamNoteTest, WhatDoesNotFitIsCutBetweenLetters) {
  const RecordLock lock = RecordLock::take(record_, run_note());
  TeamNoteWriter writer(lock);
  writer.begin(0, 1);
  let_a_note_pass();
  std::string text;
  while (text.size() < 400) text += "τ";  // two bytes each
  writer.say(text);
  const std::string seen = team_notes(record_).at(0).doing;
  EXPECT_GT(seen.size(), 200U);
  EXPECT_LT(seen.size(), 256U);
  EXPECT_EQ(seen.size() % 2, 0U);
  EXPECT_EQ(seen, text.substr(0, seen.size()));
}

TEST_F(TeamNoteTest, NothingIsLeftOfARunThatEnded) {
  {
    const RecordLock lock = RecordLock::take(record_, run_note());
    TeamNoteWriter(lock).begin(0, 1);
    EXPECT_EQ(team_notes(record_).size(), 1U);
  }
  EXPECT_TRUE(team_notes(record_).empty());
  const RecordLock lock = RecordLock::take(record_, run_note());
  EXPECT_TRUE(team_notes(record_).empty());
}

}  // namespace
}  // namespace syncgap::store
