#include "training/gradient_sum.h"

#include <algorithm>
#include <span>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::training {
namespace {

std::span<float> floats(const torch::Tensor& tensor) {
  SYNCGAP_EXPECTS(tensor.is_contiguous() && tensor.device().is_cpu() &&
                  tensor.scalar_type() == torch::kFloat32);
  return {tensor.data_ptr<float>(), unsigned_size(tensor.numel())};
}

int owner_of(std::int64_t shard, std::int64_t shards, int ranks) {
  int rank = 0;
  while (shards_of_rank(shards, ranks, rank).last <= shard) ++rank;
  return rank;
}

}  // namespace

std::vector<Shard> cut_batch(std::int64_t count, std::int64_t parts) {
  std::vector<Shard> out;
  for (std::int64_t k = 0; k < parts; ++k)
    out.push_back({count * k / parts, count * (k + 1) / parts});
  return out;
}

ShardRange shards_of_rank(std::int64_t shards, int ranks, int rank) {
  return {shards * rank / ranks, shards * (rank + 1) / ranks};
}

void sum_in_order(std::vector<torch::Tensor>& gradients, std::int64_t shards,
                  const parallel::Communicator& team) {
  const torch::NoGradGuard no_grad;
  const ShardRange mine = shards_of_rank(shards, team.size(), team.rank());
  SYNCGAP_EXPECTS(mine.last - mine.first == std::ssize(gradients) && !gradients.empty());
  const auto gradient = [&](std::int64_t shard) -> torch::Tensor& {
    return gradients[shard - mine.first];
  };
  // MPI reads host memory only.
  const auto device = gradients[0].device();
  if (team.size() > 1 && !device.is_cpu())
    for (auto& each : gradients) each = each.to(torch::kCPU);
  torch::Tensor received;
  for (std::int64_t stride = 1; stride < shards; stride *= 2)
    for (std::int64_t left = 0; left + stride < shards; left += 2 * stride) {
      const std::int64_t right = left + stride;
      const int to = owner_of(left, shards, team.size()),
                from = owner_of(right, shards, team.size());
      if (to == from) {
        if (to == team.rank()) gradient(left).add_(gradient(right));
      } else if (team.rank() == from) {
        team.send(floats(gradient(right)), to);
      } else if (team.rank() == to) {
        if (!received.defined()) received = torch::empty_like(gradient(left));
        team.receive(floats(received), from);
        gradient(left).add_(received);
      }
    }
  if (team.size() == 1) return;
  team.broadcast(floats(gradients[0]));
  gradients[0] = gradients[0].to(device);
}

}  // namespace syncgap::training
