// Runs GoogleTest on every rank of an MPI launch. Ranks other than the first print only failures;
// the first one's exit code says whether any rank failed.
#include <cstdio>

#include <gtest/gtest.h>

#include "parallel/communicator.h"

namespace {

/// Keeps a rank's failures, drops the rest of the usual output.
class OnlyFailures : public testing::EmptyTestEventListener {
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (result.failed())
      std::fprintf(stderr, "%s:%d: on a rank other than 0: %s\n", result.file_name(),
                   result.line_number(), result.summary());
  }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const syncgap::parallel::MpiScope mpi(argc, argv);
  const auto world = syncgap::parallel::Communicator::world();
  if (world.rank() != 0) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new OnlyFailures);
  }
  const int failed = RUN_ALL_TESTS();
  return world.maximum(std::int64_t{failed}) != 0 && world.rank() == 0 ? 1 : 0;
}
