#include "parallel/host_watch.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <unistd.h>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::parallel {
namespace {

// Numbers of a host: 1 + the place of a lost one; its ranks that wait; whether everybody left does.
constexpr int kLost = 0, kWaiting = 1, kAllWait = 2, kNumbers = 3;
// News of a host: does it wait. News of rank 0: does everybody, and 1 + the place of a lost one.
constexpr std::int64_t kWaits = 1, kPlace = 2;
constexpr int kBeatTag = 1, kAnswerTag = 2;
// A claim is a wait of milliseconds; who waits longer has nothing to do.
constexpr double kIdleAfter = 1.0;
// The rank that says why leaves first: launchers end the others when one goes.
constexpr auto kAfterTheWord = std::chrono::seconds(1);

using HostName = std::array<char, 65>;

}  // namespace

HostWatch::HostWatch(const Communicator& ranks, Settings settings)
    : ranks_(ranks), settings_(std::move(settings)) {
  if (ranks_.on_one_node() && !settings_.each_rank_is_a_host) return;
  node_ = settings_.each_rank_is_a_host ? ranks_.split(ranks_.rank()) : ranks_.split_by_node();
  const bool leads = node_.rank() == 0;
  if (ranks_.sum(std::int64_t{leads}) == 1) return;
  leaders_ = ranks_.split(leads ? 0 : -1);
  numbers_ = std::make_unique<SharedNumbers<std::int64_t>>(node_, kNumbers);
  if (ranks_.maximum(std::int64_t{numbers_->data() == nullptr}) != 0) return;
  if (leads) {
    HostName mine{};
    ::gethostname(mine.data(), mine.size() - 1);
    std::vector<HostName> all(unsigned_size(leaders_.size()));
    MPI_Allgather(mine.data(), mine.size(), MPI_CHAR, all.data(), mine.size(), MPI_CHAR,
                  leaders_.handle());
    for (const HostName& name : all) names_.emplace_back(name.data());
    peers_.resize(speaks_first() ? unsigned_size(leaders_.size()) - 1 : 1);
    for (std::size_t peer = 0; peer < peers_.size(); ++peer) {
      peers_[peer].last = Clock::now();
      peers_[peer].turn = !speaks_first();
      listen(peer);
    }
  }
  thread_ = std::thread([this] { loop(); });
}

HostWatch::~HostWatch() {
  if (!thread_.joinable()) return;  // on all ranks alike
  // A host may still vanish here: the threads go on until everybody has come.
  waits(true);
  ranks_.barrier();
  stop_ = true;
  thread_.join();
  ranks_.barrier();
  for (Peer& peer : peers_) {
    MPI_Cancel(&peer.hearing);
    MPI_Wait(&peer.hearing, MPI_STATUS_IGNORE);
    MPI_Wait(&peer.saying, MPI_STATUS_IGNORE);
  }
}

std::atomic_ref<std::int64_t> HostWatch::number(int which) const {
  return std::atomic_ref<std::int64_t>(numbers_->data()[which]);
}

void HostWatch::waits(bool does) {
  if (!thread_.joinable() || does == waits_) return;
  waits_ = does;
  number(kWaiting).fetch_add(does ? 1 : -1);
}

int HostWatch::place_of(std::size_t peer) const {
  return speaks_first() ? static_cast<int>(peer) + 1 : 0;
}

void HostWatch::listen(std::size_t peer) {
  MPI_Irecv(&peers_[peer].heard, 1, MPI_INT64_T, place_of(peer),
            speaks_first() ? kBeatTag : kAnswerTag, leaders_.handle(), &peers_[peer].hearing);
}

bool HostWatch::this_host_waits(Clock::time_point now) {
  const bool all = number(kWaiting).load() == node_.size();
  if (all && !all_waited_) all_wait_since_ = now;
  all_waited_ = all;
  return all && seconds_between(all_wait_since_, now) > kIdleAfter;
}

std::int64_t HostWatch::news(Clock::time_point now) {
  const bool waits = this_host_waits(now);
  if (!speaks_first()) return waits ? kWaits : 0;
  const std::int64_t lost = number(kLost).load();
  bool all = waits;
  for (std::size_t peer = 0; peer < peers_.size(); ++peer)
    all = all && (place_of(peer) + 1 == lost || (peers_[peer].told & kWaits) != 0);
  number(kAllWait).store(all);
  return (all ? kWaits : 0) + kPlace * lost;
}

void HostWatch::take_news(Peer& peer) {
  if (speaks_first()) return;
  number(kAllWait).store(peer.told & kWaits);
  if (peer.told / kPlace != 0) number(kLost).store(peer.told / kPlace);
}

void HostWatch::exchange(Clock::time_point now) {
  const std::int64_t say = news(now);
  for (std::size_t k = 0; k < peers_.size(); ++k) {
    Peer& peer = peers_[k];
    int done = 0;
    MPI_Test(&peer.hearing, &done, MPI_STATUS_IGNORE);
    if (done != 0) {
      peer.last = now;
      peer.turn = true;
      peer.told = peer.heard;
      take_news(peer);
      listen(k);
    }
    if (seconds_between(peer.last, now) > settings_.lost_after) {
      number(kLost).store(place_of(k) + 1);
      // Without rank 0 nobody tells what other hosts do.
      if (!speaks_first()) number(kAllWait).store(this_host_waits(now));
    }
    MPI_Test(&peer.saying, &done, MPI_STATUS_IGNORE);
    if (done == 0 || !peer.turn || (!speaks_first() && now < next_beat_)) continue;
    peer.turn = false;
    peer.said = say;
    MPI_Isend(&peer.said, 1, MPI_INT64_T, place_of(k), speaks_first() ? kAnswerTag : kBeatTag,
              leaders_.handle(), &peer.saying);
    next_beat_ = now + duration_of(settings_.beat_every);
  }
}

void HostWatch::leave_if_lost() {
  const std::int64_t lost = number(kLost).load();
  if (lost == 0 || number(kAllWait).load() == 0) return;
  if (leaders_.handle() == MPI_COMM_NULL) {
    std::this_thread::sleep_for(kAfterTheWord);
    settings_.leave({});
    return;
  }
  settings_.leave(concat("host ", names_[unsigned_size(lost) - 1], " has not answered for ",
                         settings_.lost_after, " s and is taken for lost"));
}

void HostWatch::loop() {
  const auto period = duration_of(std::min(0.1, settings_.beat_every / 4));
  auto before = Clock::now();
  while (!stop_) {
    const auto now = Clock::now();
    // Who was suspended cannot blame the others for silence.
    if (seconds_between(before, now) > settings_.lost_after / 4)
      for (Peer& peer : peers_) peer.last = now;
    before = now;
    if (!peers_.empty()) exchange(now);
    leave_if_lost();
    std::this_thread::sleep_for(period);
  }
}

}  // namespace syncgap::parallel
