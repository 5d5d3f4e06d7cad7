#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <mpi.h>

#include "core/clock.h"
#include "parallel/communicator.h"
#include "parallel/shared_numbers.h"

namespace syncgap::parallel {

/// Notices hosts that vanished (no power, no network), for which MPI waits until TCP gives up,
/// hours later. The first rank of every host sends rank 0 a beat now and then, which answers it;
/// who is not heard of for `lost_after` is lost. Once every rank that is left waits for others, all
/// leave; whoever still works does so first. Collective to create and destroy; idle on one host.
class HostWatch {
 public:
  struct Settings {
    double beat_every = 5;   ///< seconds
    double lost_after = 40;  ///< seconds
    /// Ranks of one machine count as hosts of their own: for tests.
    bool each_rank_is_a_host = false;
    /// Ends the process. Gets the reason on one rank of every host, nothing on the others.
    std::function<void(const std::string& why)> leave;
  };

  /// Calls MPI from a thread on the first rank of each host: needs MPI_THREAD_MULTIPLE.
  HostWatch(const Communicator& ranks, Settings settings);
  ~HostWatch();
  HostWatch(const HostWatch&) = delete;
  HostWatch& operator=(const HostWatch&) = delete;

  /// Tells whether this rank waits for others now. From one thread.
  void waits(bool does);

 private:
  struct Peer {  // whom this rank hears of: rank 0 of all other hosts, those of rank 0
    std::int64_t heard = 0, said = 0;  // MPI's while a request is under way
    std::int64_t told = 0;             // what was heard last
    MPI_Request hearing = MPI_REQUEST_NULL, saying = MPI_REQUEST_NULL;
    Clock::time_point last;
    bool turn = false;  // ours to say something
  };

  void loop();
  void exchange(Clock::time_point now);
  void listen(std::size_t peer);
  std::int64_t news(Clock::time_point now);
  void take_news(Peer& peer);
  bool this_host_waits(Clock::time_point now);
  void leave_if_lost();
  bool speaks_first() const { return leaders_.rank() == 0; }
  int place_of(std::size_t peer) const;
  std::atomic_ref<std::int64_t> number(int which) const;

  const Communicator& ranks_;
  Settings settings_;
  Communicator node_, leaders_;  // leaders: the first rank of every host; null on others
  std::unique_ptr<SharedNumbers<std::int64_t>> numbers_;  // of this host
  std::vector<Peer> peers_;
  std::vector<std::string> names_;  // of the hosts, by place among leaders_; on those
  Clock::time_point next_beat_, all_wait_since_;
  bool all_waited_ = false;
  bool waits_ = false;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace syncgap::parallel
