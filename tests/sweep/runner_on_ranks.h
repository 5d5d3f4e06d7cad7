#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parallel/communicator.h"
#include "store/record.h"
#include "sweep/runner.h"

namespace syncgap::sweep {

inline constexpr std::uint64_t kUnits = 48;

/// A record all ranks share, in a folder rank 0 makes and removes.
class RunnerRanks : public testing::Test {
 protected:
  RunnerRanks() {
    if (world_.rank() == 0) {
      std::string name = testing::TempDir() + "/syncgap.runner.XXXXXX";
      folder_ = ::mkdtemp(name.data());
    }
    folder_ = world_.broadcast(folder_);
    path_ = folder_ + "/record.h5";
    if (world_.rank() == 0) {
      std::vector<std::int64_t> seeds(kUnits), cells(5);
      std::iota(seeds.begin(), seeds.end(), 0);
      std::iota(cells.begin(), cells.end(), 0);
      store::RecordHeader header;
      header.identity = "made up";
      store::create_record(
          path_, header,
          Grid({{"seed", AxisRole::split, seeds, ""}, {"cell", AxisRole::captured, cells, ""}}),
          {{"value", {"cell"}, ""}, {"missing", {}, ""}});
    }
    world_.barrier();
    record_.emplace(path_, store::Record::Access::write);
    work_.cost = [](const Unit&) { return 1.0; };
    work_.run = [this](const Unit& unit, Results& results, const parallel::Communicator&,
                       const StopRequest&) {
      ran_.push_back(unit.index());
      fill(unit, results);
    };
  }
  ~RunnerRanks() override {
    world_.barrier();
    std::error_code ignored;
    if (world_.rank() == 0) std::filesystem::remove_all(folder_, ignored);
  }

  static void fill(const Unit& unit, Results& results) {
    for (std::int64_t i = 0; i < 5; ++i)
      results.cells("value").set(static_cast<double>(10 * unit.index() + i), i);
    results.cells("missing").none();
  }

  SweepOutcome run(const SweepSettings& settings = {}, double walltime = 0) {
    const DrainWatch drain(walltime, Clock::now());
    SweepSettings with_threads = settings;
    with_threads.threads_may_call_mpi = true;
    ran_.clear();
    SweepOutcome outcome = run_sweep(*record_, world_, work_, with_threads, drain);
    world_.barrier();
    return outcome;
  }

  std::int64_t runs_in_all() const { return world_.sum(static_cast<std::int64_t>(ran_.size())); }

  void expect_complete() const {
    EXPECT_THAT(record_->statuses(), testing::Each(1));
    for (std::uint64_t unit = 0; unit < kUnits; ++unit)
      for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(record_->values(unit)[i], static_cast<double>(10 * unit + i));
  }

  parallel::Communicator world_ = parallel::Communicator::world();
  std::string folder_, path_;
  std::optional<store::Record> record_;
  UnitWork work_;
  std::vector<std::uint64_t> ran_;  // by this rank
};

/// A claim is said to take so long that one takes two units of `seconds` each.
inline SweepSettings in_pairs(const parallel::Communicator& world, double seconds) {
  SweepSettings settings;
  settings.claim_service = 0.6 * seconds / world.size();
  return settings;
}

}  // namespace syncgap::sweep
