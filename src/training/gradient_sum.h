#pragma once

#include <cstdint>
#include <torch/types.h>
#include <vector>

#include "parallel/communicator.h"
#include "training/training_options.h"

namespace syncgap::training {

/// Contiguous range of a batch.
struct Shard {
  std::int64_t begin = 0, end = 0;
  std::int64_t size() const { return end - begin; }
};

/// Cuts `count` examples into `parts` ranges whose sizes differ by at most one.
std::vector<Shard> cut_batch(std::int64_t count, std::int64_t parts);

/// Shards `[first, last)` that a rank computes.
struct ShardRange {
  std::int64_t first = 0, last = 0;
};
ShardRange shards_of_rank(std::int64_t shards, int ranks, int rank);

/// Adds the gradients of all shards along the tree ((0 + 1) + (2 + 3)) + ... and gives every rank
/// the sum in `gradients[0]`. `gradients` holds this rank's shards, in order, all (P), and is used
/// up; from a device they travel through host memory. Collective; every rank has at least one
/// shard.
void sum_in_order(std::vector<torch::Tensor>& gradients, std::int64_t shards,
                  const parallel::Communicator& team);

}  // namespace syncgap::training
