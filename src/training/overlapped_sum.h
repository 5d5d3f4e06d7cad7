#pragma once

#include <cstdint>
#include <functional>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <vector>

#include "core/clock.h"
#include "parallel/communicator.h"
#include "parallel/nccl.h"
#include "parallel/pending_reduction.h"
#include "training/flat_parameters.h"

namespace syncgap::training {

/// When one backward pass and the sums of its buckets ran, in seconds since begin().
struct OverlapTrace {
  struct Bucket {
    std::int64_t size = 0;      ///< gradients in it
    double begin = 0, end = 0;  ///< handed over, seen to be done
  };
  double backward = 0;  ///< end of the backward pass
  double finished = 0;  ///< all sums there
  std::vector<Bucket> buckets;
};

/// Sums the gradients of a network over a team while they are still being computed: the flat
/// buffer is cut into buckets from its end, which backward reaches first, and a bucket is on its
/// way once all its gradients are there. Buckets start in the same order on every rank.
class OverlappedSum {
 public:
  /// Everything outlives this. On CPUs sums go over MPI; on devices over NCCL where each rank of
  /// the team has its own, else over MPI from host memory. Collective.
  OverlappedSum(torch::nn::Module& network, const FlatParameters& parameters,
                const parallel::Communicator& team, std::int64_t bucket_size = 1 << 16);
  ~OverlappedSum();
  OverlappedSum(const OverlappedSum&) = delete;
  OverlappedSum& operator=(const OverlappedSum&) = delete;

  /// Before the backward pass whose gradients are summed; there is one between begin and finish.
  void begin();
  /// After it: sends what is left, also gradients that no backward reached, and waits for all. On a
  /// device only its stream waits. Collective.
  void finish();

  /// Of the last step.
  const OverlapTrace& trace() const { return trace_; }

 private:
  struct Bucket {
    std::int64_t begin = 0, end = 0;  ///< in the flat buffer
    std::int64_t parameters = 0;      ///< that lie in it
    std::int64_t missing = 0;         ///< gradients not there yet
    parallel::PendingReduction sum;
  };
  struct Hook;

  void arrived(std::size_t bucket);
  void start_next();
  void look();
  double now() const;

  const FlatParameters& parameters_;
  const parallel::Communicator& team_;
  parallel::NcclCommunicator nccl_;
  parallel::SideStream side_;
  std::vector<Bucket> buckets_;
  std::vector<std::function<void()>> unhook_;  ///< what pointer holds a node is LibTorch's to say
  std::size_t started_ = 0, done_ = 0;         ///< buckets, counted from the first
  bool active_ = false;
  Clock::time_point origin_;
  OverlapTrace trace_;
};

}  // namespace syncgap::training
