#include "sweep/worker.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include "core/check.h"
#include "parallel/together.h"

namespace syncgap::sweep {
namespace {

// Added to the claims when a rank drains: every later claim is then past the last unit (2^32 at
// most), and millions of ranks may add it before the counter overflows.
constexpr std::int64_t kDrained = std::int64_t{1} << 40;
// Progress is shared in steps: often enough for a person, rare enough to cost nothing.
constexpr double kShareEvery = 0.05;
// Rank 0 looks this often whether the record is still at its place.
constexpr double kLookEvery = 1.0;

}  // namespace

Worker::Worker(Surroundings around)
    : around_(std::move(around)),
      spans_hosts_(!around_.team.on_one_node()),
      results_(around_.record.layout()) {
  around_.ask_every = std::max(around_.ask_every, kShareEvery);
}

void Worker::loop() {
  waits(true);
  for (;;) {
    const std::uint64_t place = around_.team.broadcast(leads() ? next() : 0);
    if (place >= around_.order.units()) break;
    announce(around_.order.unit(place));
    run(around_.order.unit(place));
  }
  announce({});
  share_progress();
}

void Worker::waits(bool does) {
  if (around_.hosts != nullptr) around_.hosts->waits(does || spans_hosts_);
}

void Worker::announce(std::optional<std::uint64_t> unit) {
  if (leads() && around_.announce) around_.announce(unit);
}

std::uint64_t Worker::next() {
  const std::uint64_t none = around_.order.units();
  while (broken_.empty() && !left_ && !around_.drain.now()) {
    if (claimed_.begin == claimed_.end) {
      const std::uint64_t claim = around_.counter.fetch_add(kClaims, 1);
      if (claim >= around_.order.claims()) return none;
      claimed_ = around_.order.places(claim);
    } else if (others_stop()) {
      break;
    }
    const std::uint64_t place = claimed_.begin++;
    if (!around_.drain.before_unit(expected_seconds(around_.order.unit(place)))) return place;
    // It stays pending. The ones after it are shorter and may still fit before the wall.
    drained_ = true;
  }
  drained_ = drained_ || claimed_.begin < claimed_.end;
  end_claims();
  return none;
}

void Worker::end_claims() {
  // Nothing left to claim is an end, not a drain.
  const std::uint64_t before = around_.counter.fetch_add(kClaims, kDrained);
  drained_ = drained_ || before < around_.order.claims();
}

bool Worker::stop_requested() {
  if (stopping_) return true;
  if (around_.drain.now()) {
    end_claims();
    return stopping_ = true;
  }
  if (!time_to_ask()) return false;
  waits(true);
  others_stop();
  waits(false);
  return stopping_;
}

bool Worker::time_to_ask() const { return seconds_since(looked_for_drain_) > around_.ask_every; }

bool Worker::others_stop() {
  if (stopping_ || !time_to_ask()) return stopping_;
  looked_for_drain_ = Clock::now();
  return stopping_ = around_.counter.read(kClaims) >= kDrained;
}

double Worker::expected_seconds(std::uint64_t index) const {
  if (!around_.drain.has_wall()) return 0;
  return std::min(longest_, slowest_ * around_.work.cost(Unit(around_.record.grid(), index)));
}

void Worker::run(std::uint64_t index) {
  const Unit unit(around_.record.grid(), index);
  const auto start = Clock::now();
  std::string problem;
  bool left = false;
  results_.reset();
  waits(false);
  try {
    around_.work.run(unit, results_, around_.team, [this] { return stop_requested(); });
    if (leads()) problem = results_.first_fault();
  } catch (const UnitStopped&) {
    left = true;
  } catch (const std::exception& error) {
    problem = message_of(error);
  }
  problem = parallel::first_of(around_.team, problem);
  left = around_.team.maximum(std::int64_t{left}) > 0 && problem.empty();
  const double seconds = seconds_since(start);
  busy_seconds_ += seconds;
  if (left) left_ = drained_ = true;
  if (!left) longest_ = std::max(longest_, seconds);
  if (leads() && !left && problem.empty()) commit(unit, seconds);
  waits(true);
  if (leads() && !left) tell(unit, seconds, problem);
}

void Worker::commit(const Unit& unit, double seconds) {
  guarded([&] {
    around_.record.commit(unit.index(), results_.flat(), seconds);
    ++done_;
  });
}

void Worker::tell(const Unit& unit, double seconds, const std::string& problem) {
  if (!broken_.empty()) return;
  guarded([&] {
    if (!problem.empty()) {
      const auto slot = around_.failures_before +
                        static_cast<std::uint64_t>(around_.counter.fetch_add(kFailures, 1));
      around_.record.fail(unit.index(), slot, problem, seconds);
      ++failed_;
      std::fprintf(stderr, "syncgap: unit %llu failed (%s): %s\n",
                   static_cast<unsigned long long>(unit.index()), unit.describe().c_str(),
                   problem.c_str());
    }
    ++finished_;
    const double cost = around_.work.cost(unit);
    if (cost > 0) slowest_ = std::max(slowest_, seconds / cost);
    if (around_.order.total_estimate() > 0) cost_ += cost / around_.order.total_estimate();
    if (seconds_since(shared_) > around_.ask_every) share_progress();
    if (around_.ranks.rank() == 0 && seconds_since(looked_) > kLookEvery) {
      looked_ = Clock::now();
      around_.record.check_in_place();
    }
  });
}

void Worker::share_progress() {
  shared_ = Clock::now();
  if (finished_ == 0) return;
  around_.counter.fetch_add(kFinished, finished_);
  around_.counter.fetch_add(kCost, static_cast<std::int64_t>(cost_ * kCostScale));
  finished_ = 0;
  cost_ = 0;
}

}  // namespace syncgap::sweep
