// How many additions to the shared counter rank 0 serves while it does nothing else and requests of
// the other ranks never run out, which is what limits a sweep whose units are short for its number
// of ranks; and how long a lone one takes while rank 0 looks for them as often as a sweep's does.
//     mpirun -n 8 claims_timer messages 20000
// prints additions, seconds, the processor seconds that rank 0 took for them, and the seconds of a
// lone addition, as JSON.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "parallel/task_counter.h"
#include "stopwatch.h"

using namespace syncgap;
using parallel::TaskCounter;

constexpr int kLone = 200;

int main(int argc, char** argv) {
  const parallel::MpiScope mpi(argc, argv);
  const auto ranks = parallel::Communicator::world();
  if (argc != 3 || ranks.size() < 2) {
    std::fprintf(stderr, "usage: mpirun -n RANKS claims_timer messages|window ADDITIONS\n");
    return 2;
  }
  const auto transport = std::string(argv[1]) == "window" ? TaskCounter::Transport::window
                                                          : TaskCounter::Transport::messages;
  const std::int64_t each = std::atoll(argv[2]) / (ranks.size() - 1);
  const std::int64_t all = each * (ranks.size() - 1);
  TaskCounter counter(ranks, transport);
  // The first addition of each opens a connection.
  if (ranks.rank() != 0) counter.fetch_add(1, 1);
  while (ranks.rank() == 0 && counter.peek(1) < ranks.size() - 1) counter.drive();
  ranks.barrier();
  const Stopwatch watch;
  if (ranks.rank() != 0)
    for (std::int64_t k = 0; k < each; ++k) counter.fetch_add(0, 1);
  while (ranks.rank() == 0 && counter.peek(0) < all) counter.drive();
  const double wall = watch.wall(), cpu = watch.cpu();
  ranks.barrier();
  double alone = 0;
  if (ranks.rank() == 1)
    for (int k = 0; k < kLone; ++k) {
      // A little longer every time, so that they meet every moment between two looks.
      std::this_thread::sleep_for(2 * TaskCounter::kDriveEvery +
                                  k * TaskCounter::kDriveEvery / kLone);
      const Stopwatch one;
      counter.fetch_add(2, 1);
      alone += one.wall() / kLone;
    }
  while (ranks.rank() == 0 && counter.peek(2) < kLone) {
    std::this_thread::sleep_for(TaskCounter::kDriveEvery);
    counter.drive();
  }
  ranks.sleeping_barrier();
  alone = ranks.maximum(alone);
  if (ranks.rank() == 0)
    std::printf(
        "{\"additions\": %lld, \"seconds\": %.6f, \"processor_seconds\": %.6f, "
        "\"lone_seconds\": %.6f}\n",
        static_cast<long long>(all), wall, cpu, alone);
  return 0;
}
