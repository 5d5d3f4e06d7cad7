// Asks for one small model, trained if it is not there: the process the Python tests launch, kill
// and stop. Prints a hash of the weights; writes a line to the log where it trains.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>
#include <unistd.h>

#include "core/check.h"
#include "training/model_cache.h"
#include "training/small_training.h"

namespace {

using namespace syncgap;

std::atomic<bool> stop{false};

void log_line(const std::string& path, const std::string& line) {
  std::FILE* file = std::fopen(path.c_str(), "a");
  std::fputs((line + "\n").c_str(), file);
  std::fclose(file);
}

}  // namespace

/// model_cache_driver FOLDER LOG TEAMS MILLISECONDS_A_STEP
int main(int argc, char** argv) {
  const parallel::MpiScope mpi(argc, argv);
  if (argc != 5) return 2;
  const std::string log = argv[2];
  const int teams = std::stoi(argv[3]);
  const std::chrono::milliseconds pause(std::stoi(argv[4]));
  std::signal(SIGUSR1, [](int) { stop = true; });
  torch::set_num_threads(1);
  const auto world = parallel::Communicator::world();
  const auto ranks = world.split(world.rank() * teams / world.size());
  const parallel::Team team(ranks, {}, [] { return stop.load(); });

  training::SmallTraining small;
  small.options.epochs = 10;
  small.options.checkpoint_seconds = 0;
  const auto loss = small.loss();
  const auto train = [&](const std::string& checkpoint) {
    if (team.rank() == 0) log_line(log, concat("begun ", ::getpid()));
    training::Trainer trainer(
        *small.network, training::SmallTraining::kExamples,
        [&](std::int64_t epoch, std::int64_t begin, std::int64_t end) {
          std::this_thread::sleep_for(pause);
          return loss(epoch, begin, end);
        },
        small.options, small.identity, checkpoint, team);
    if (!trainer.run()) throw UnitStopped("stopped at a checkpoint");
    trainer.use_average();
    if (team.rank() == 0) log_line(log, concat("trained ", ::getpid()));
    return networks::Weights{networks::tensors_of(*small.network), {}};
  };
  try {
    const auto weights = training::cached_model({argv[1], small.identity}, train, team);
    std::string text;
    for (const auto& [name, tensor] : weights.tensors) {
      text += concat(name, " ", tensor.sizes(), "\n");
      text.append(static_cast<const char*>(tensor.data_ptr()), tensor.nbytes());
    }
    std::printf("%zu %zx\n", text.size(), std::hash<std::string>()(text));
  } catch (const UnitStopped& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return team.rank() == 0 ? 75 : 0;
  } catch (const InputError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return team.rank() == 0 ? 2 : 0;
  }
  return 0;
}
