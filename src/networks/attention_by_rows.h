#pragma once

#include <cstdint>
#include <torch/types.h>

namespace syncgap::networks {

/// softmax(q k^T / sqrt(c)) v, rows of queries in turn, so that about `tile` scores of a matrix are
/// held at a time: a tile has all keys, so each softmax is over the whole row.
/// (..., N, c), (..., M, c), (..., M, c) -> (..., N, c)
torch::Tensor attention_by_rows(const torch::Tensor& q, const torch::Tensor& k,
                                const torch::Tensor& v, std::int64_t tile);

}  // namespace syncgap::networks
