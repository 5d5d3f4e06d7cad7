#include "store/lock.h"

#include <filesystem>
#include <optional>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"
#include "store/hdf5.h"
#include "store/small_record.h"

namespace syncgap::store {
namespace {

using testing::HasSubstr;

RunNote note() {
  RunNote note;
  note.host = "node7";
  note.process = 1234;
  note.ranks = 16;
  note.started = 1.7e9;
  note.teams = 8;
  note.slurm_job = "4711";
  return note;
}

class LockTest : public testing::Test {
 protected:
  std::string refusal() const {
    return error_text<RecordError>([&] { RecordLock::take(record_, note()); });
  }

  TemporaryFolder folder_;
  std::string record_ = folder_.path("figure12.h5");
};

TEST_F(LockTest, ASecondRunIsRefusedAndToldWhoHasIt) {
  const RecordLock lock = RecordLock::take(record_, note());
  EXPECT_EQ(refusal(), "the record is in use (" + record_ +
                           ", by process 1234 on node7): wait for that run, stop it, or give "
                           "another --record");
}

TEST_F(LockTest, TheNoteIsReadWhileTheRunLasts) {
  EXPECT_FALSE(running(record_));
  {
    const RecordLock lock = RecordLock::take(record_, note());
    const auto seen = running(record_);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->host, "node7");
    EXPECT_EQ(seen->process, 1234);
    EXPECT_EQ(seen->ranks, 16);
    EXPECT_EQ(seen->started, 1.7e9);
    EXPECT_EQ(seen->teams, 8);
    EXPECT_EQ(seen->slurm_job, "4711");
  }
  EXPECT_FALSE(running(record_));
}

TEST_F(LockTest, TheFileGoesWithItsOwner) {
  {
    RecordLock lock = RecordLock::take(record_, note());
    RecordLock moved = std::move(lock);
    EXPECT_TRUE(std::filesystem::exists(record_ + ".lock"));
    RecordLock assigned;
    assigned = std::move(moved);
    EXPECT_TRUE(running(record_));
    EXPECT_TRUE(std::filesystem::exists(record_ + ".lock"));
  }
  EXPECT_EQ(entries(folder_), 0U);
}

TEST_F(LockTest, ALockFileLeftByAKilledRunIsNoObstacle) {
  std::ofstream(record_ + ".lock") << "host gone\nprocess 1\n";
  EXPECT_FALSE(running(record_));
  const RecordLock lock = RecordLock::take(record_, note());
  EXPECT_EQ(running(record_)->host, "node7");
}

TEST_F(LockTest, ForeignContentInTheLockFileDoesNoHarm) {
  std::ofstream(record_ + ".lock") << std::string(100000, 'x') << "\nprocess abc ranks\n";
  EXPECT_FALSE(running(record_));
  RecordLock::take(record_, note());
}

TEST_F(LockTest, RanksThatOutliveTheirRunKeepOthersOut) {
  std::ofstream(record_) << "of a record only its place counts here";
  std::optional<RecordLock> owner = RecordLock::take(record_, note());
  const RecordLock rank = RecordLock::share(record_);
  const RecordLock other_rank = RecordLock::share(record_);
  // As a kill does it: the lock goes, the file stays.
  std::filesystem::rename(record_ + ".lock", record_ + ".kept");
  owner.reset();
  std::filesystem::rename(record_ + ".kept", record_ + ".lock");
  EXPECT_THAT(refusal(), HasSubstr("the record is in use"));
}

TEST_F(LockTest, ARecordHasOneRunWhicheverOfItsNamesIsGiven) {
  std::ofstream(record_) << "of a record only its place counts here";
  const std::string linked = folder_.path("linked.h5"), hard = folder_.path("hard.h5");
  std::filesystem::create_symlink("figure12.h5", linked);
  std::filesystem::create_hard_link(record_, hard);
  {
    const RecordLock lock = RecordLock::take(record_, note());
    for (const std::string& name : {linked, hard}) {
      EXPECT_THAT(error_text<RecordError>([&] { RecordLock::take(name, note()); }),
                  HasSubstr("the record is in use (" + name + ", by "));
      EXPECT_TRUE(running(name)) << name;
    }
    EXPECT_EQ(running(linked)->process, 1234);
    EXPECT_EQ(running(hard)->process, 0);
  }
  for (const std::string& name : {linked, hard}) {
    EXPECT_FALSE(running(name)) << name;
    RecordLock::take(name, note());
  }
  EXPECT_EQ(entries(folder_), 3U);
}

TEST_F(LockTest, ARecordMadeAfterItsNameWasLockedIsLockedTooAndSharedByRanks) {
  std::optional<RecordLock> owner = RecordLock::take(record_, note());
  std::ofstream(record_) << "made by the run";
  owner->cover(record_);
  const RecordLock rank = RecordLock::share(record_);
  const std::string hard = folder_.path("hard.h5");
  std::filesystem::create_hard_link(record_, hard);
  owner.reset();  // the rank outlives it
  EXPECT_THAT(error_text<RecordError>([&] { RecordLock::take(hard, note()); }),
              HasSubstr("by another of its names"));
}

TEST_F(LockTest, AFileThatTookTheRecordsPlaceIsLockedInItsStead) {
  std::ofstream(record_) << "the record";
  RecordLock lock = RecordLock::take(record_, note());
  std::ofstream(folder_.path("larger.h5")) << "the same with more units";
  std::filesystem::rename(folder_.path("larger.h5"), record_);
  const std::string hard = folder_.path("hard.h5");
  std::filesystem::create_hard_link(record_, hard);
  EXPECT_FALSE(running(hard));
  lock.cover(record_);
  lock.cover(record_);
  EXPECT_TRUE(running(hard));
}

TEST_F(LockTest, WhoMayWriteTheRecordMayWriteItsLockFile) {
  std::ofstream(record_) << "shared with a group";
  ::chmod(record_.c_str(), 0664);
  const mode_t before = ::umask(022);
  const RecordLock lock = RecordLock::take(record_, note());
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat((record_ + ".lock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0664U);
}

TEST_F(LockTest, ASharerIsRefusedWhileANewRunTakesHold) {
  EXPECT_THROW(RecordLock::share(record_), RecordError);  // nobody took it
}

TEST_F(LockTest, AKilledProcessLosesItsLock) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const RecordLock lock = RecordLock::take(record_, note());
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_TRUE(running(record_));
  EXPECT_THAT(refusal(), HasSubstr("the record is in use"));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(running(record_));
  EXPECT_TRUE(std::filesystem::exists(record_ + ".lock"));
  RecordLock::take(record_, note());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(LockTest, AFolderThatCannotHoldItIsRefused) {
  EXPECT_THAT(error_text<RecordError>([&] { RecordLock::take("/proc/x.h5", note()); }),
              HasSubstr("cannot create the lock file (/proc/x.h5.lock"));
}

}  // namespace
}  // namespace syncgap::store
