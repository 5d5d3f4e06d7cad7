#include "networks/attention_by_rows.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/numbers.h"

namespace syncgap::networks {

using torch::Tensor;

Tensor attention_by_rows(const Tensor& q, const Tensor& k, const Tensor& v, std::int64_t tile) {
  const auto tokens = q.size(-2);
  const double scale = 1 / std::sqrt(to_real(q.size(-1)));
  const auto keys = k.transpose(-2, -1);
  const auto piece = [&](const Tensor& some) {
    return torch::matmul(torch::softmax(torch::matmul(some, keys) * scale, -1), v);
  };
  const auto rows = std::max<std::int64_t>(1, tile / std::max<std::int64_t>(1, k.size(-2)));
  if (rows >= tokens) return piece(q);
  std::vector<Tensor> pieces;
  for (std::int64_t at = 0; at < tokens; at += rows)
    pieces.push_back(piece(q.slice(-2, at, std::min(at + rows, tokens))));
  return torch::cat(pieces, -2);
}

}  // namespace syncgap::networks
