#include "core/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "temporary_folder.h"

namespace syncgap {
namespace {

/// Locks belong to the open file, so two of them in one process are as good as two processes.
class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {}
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  operator int() const { return descriptor_; }

 private:
  int descriptor_;
};

class FileLockTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::string path_ = folder_.path("lock");
  OpenFile first_{path_}, second_{path_};
};

TEST_F(FileLockTest, OneHoldsAByteForItself) {
  EXPECT_FALSE(is_locked(second_, 0));
  EXPECT_TRUE(try_lock(first_, LockKind::exclusive, 0));
  EXPECT_TRUE(is_locked(second_, 0));
  EXPECT_FALSE(try_lock(second_, LockKind::exclusive, 0));
  EXPECT_FALSE(try_lock(second_, LockKind::shared, 0));
  EXPECT_TRUE(try_lock(second_, LockKind::exclusive, 1)) << "bytes are locked one by one";
}

TEST_F(FileLockTest, ManyMayShareAByte) {
  EXPECT_TRUE(try_lock(first_, LockKind::shared, 0));
  EXPECT_TRUE(try_lock(second_, LockKind::shared, 0));
  EXPECT_FALSE(is_locked(second_, 0)) << "nobody has it for himself";
  EXPECT_FALSE(try_lock(OpenFile(path_), LockKind::exclusive, 0));
}

TEST_F(FileLockTest, GoesWithTheOpenFileAndWithNoOther) {
  {
    const OpenFile third(path_);
    EXPECT_TRUE(try_lock(third, LockKind::exclusive, 0));
    { const OpenFile closed_at_once(path_); }
    EXPECT_FALSE(try_lock(first_, LockKind::exclusive, 0));
  }
  EXPECT_TRUE(try_lock(first_, LockKind::exclusive, 0));
}

TEST_F(FileLockTest, AnExclusiveLockNeedsAFileOpenForWriting) {
  const int reader = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_THROW(try_lock(reader, LockKind::exclusive, 0), std::system_error);
  ::close(reader);
}

}  // namespace
}  // namespace syncgap
