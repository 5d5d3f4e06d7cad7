#include "training/model_cache.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/checksum.h"
#include "core/file_lock.h"
#include "parallel/together.h"
#include "training/share_weights.h"

namespace syncgap::training {
namespace {

namespace fs = std::filesystem;
using networks::Weights;

constexpr std::chrono::milliseconds kLookEvery{100};

[[noreturn]] void refuse_folder(const std::string& what, const std::string& path, int error) {
  throw InputError(concat(what, " (", path, ", ", std::strerror(error),
                          "): make the folder of models writable or choose another one"));
}

/// The right to train a model, held until the object goes; a fresh one holds nothing.
class ModelLock {
 public:
  ModelLock() = default;
  /// Holds nothing if another process has it.
  static ModelLock take(const std::string& model) {
    const std::string path = model + ".lock";
    std::error_code error;
    fs::create_directories(fs::absolute(path).parent_path(), error);
    if (error) refuse_folder("cannot make the folder of models", path, error.value());
    ModelLock lock;
    lock.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock.descriptor_ < 0) refuse_folder("cannot keep models here", path, errno);
    try {
      if (!try_lock(lock.descriptor_, LockKind::exclusive, 0)) return {};
    } catch (const std::system_error& problem) {
      refuse_folder("cannot lock a model to be trained", path, problem.code().value());
    }
    return lock;
  }

  ~ModelLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  ModelLock(ModelLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ModelLock& operator=(ModelLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  bool held() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

Weights read_model(const ModelRequest& request) {
  auto weights = networks::read_weights(request.path());
  require_input(weights.metadata["identity"] == request.identity,
                "the model is of another training (", request.path(),
                "): move it away or choose another folder of models");
  return weights;
}

enum class Next { read, train, wait };

}  // namespace

std::string ModelRequest::path() const {
  return folder + "/" + checksum_text(checksum_of(identity)) + ".safetensors";
}

Weights cached_model(const ModelRequest& request, const TrainModel& train,
                     const parallel::Team& team) {
  const parallel::Communicator& ranks = team.ranks();
  const std::string path = request.path();
  ModelLock lock;  // rank 0's
  Weights weights;
  // Another node may see a new file late: the first rank looks, and reads for all.
  for (;;) {
    Next next = Next::wait;
    parallel::together(ranks, [&] {
      if (team.rank() != 0) return;
      if (!fs::exists(path)) lock = ModelLock::take(path);
      // It may have been finished between the look and the lock.
      if (fs::exists(path)) {
        weights = read_model(request);
        next = Next::read;
      } else if (lock.held()) {
        next = Next::train;
      }
    });
    next = static_cast<Next>(ranks.broadcast(static_cast<std::uint64_t>(next)));
    if (next == Next::train) break;
    if (next == Next::read) {
      share_weights(weights, ranks);
      weights.metadata["identity"] = request.identity;
      return weights;
    }
    if (ranks.maximum(std::int64_t{team.stop_requested()}) > 0)
      throw UnitStopped("left while another run trained the model: " + path);
    std::this_thread::sleep_for(kLookEvery);
  }

  const std::string checkpoint = path + ".training";
  weights = train(checkpoint);
  weights.metadata["identity"] = request.identity;
  parallel::together(ranks, [&] {
    if (team.rank() != 0) return;
    networks::write_weights(path, weights);
    // Whoever waits for the lock finds the model first: the file may go.
    std::error_code ignored;
    fs::remove(checkpoint, ignored);
    fs::remove(path + ".lock", ignored);
  });
  return weights;
}

}  // namespace syncgap::training
