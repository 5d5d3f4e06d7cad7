#include "networks/replica_attention.h"

#include <algorithm>
#include <cmath>
#include <torch/version.h>
#include <vector>

#include "core/check.h"
#include "core/expect_shape.h"
#include "core/numbers.h"

namespace syncgap::networks {
namespace {

using torch::Tensor;

#if TORCH_VERSION_MAJOR >= 2
Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) {
  return at::scaled_dot_product_attention(q, k, v);
}
#else
constexpr std::int64_t kTile = std::int64_t{1} << 16;  // scores of a head at a time

/// Rows of queries in turn: a tile has all keys, so each softmax is over the whole row.
Tensor attend(const Tensor& given_q, const Tensor& given_k, const Tensor& given_v) {
  const auto q = given_q.contiguous(), k = given_k.contiguous(), v = given_v.contiguous();
  const auto tokens = q.size(2);
  const double scale = 1 / std::sqrt(to_real(q.size(3)));
  const auto piece = [&](const Tensor& some) {
    return torch::matmul(torch::softmax(torch::matmul(some, k.transpose(2, 3)) * scale, -1), v);
  };
  const auto rows = std::max<std::int64_t>(1, kTile / k.size(2));
  if (rows >= tokens) return piece(q);
  std::vector<Tensor> pieces;
  for (std::int64_t at = 0; at < tokens; at += rows)
    pieces.push_back(piece(q.slice(2, at, std::min(at + rows, tokens))));
  return torch::cat(pieces, 2);
}
#endif

/// own (count, 2, h, N, c) and what the replicas see of each other, of the same shape.
Tensor mix(const Tensor& own, const Tensor& cross, const Tensor& strength) {
  const auto g = strength.to(own.scalar_type()).view({-1, 1, 1, 1, 1});
  return (own + g * cross) / (1 + g);
}

}  // namespace

ReplicaCoupling::ReplicaCoupling(const Tensor& strength, std::int64_t rows, std::int64_t layers,
                                 torch::Device device)
    : rows_(rows), layers_(layers) {
  if (!strength.defined()) return;
  require_input(has_shape(strength.sizes(), {rows}) || has_shape(strength.sizes(), {rows, layers}),
                "coupling strengths are one for each row, or one for each row and layer (they are ",
                shape_text(strength.sizes()), ", expected (", rows, ") or (", rows, ", ", layers,
                "))");
  require_input(!strength.requires_grad(),
                "gradients of coupling strengths are not computed: ", "detach them");
  strength_ = strength.to(device);
  first_ = torch::zeros({layers}, torch::kInt64);
  end_ = torch::full({layers}, rows, torch::kInt64);
  if (!strength.device().is_cpu()) return;
  require_input(((strength >= 0) & (strength <= 1)).all().item<bool>(),
                "coupling strengths are 0 to 1 (the least is ", strength.min().item<double>(),
                ", the greatest ", strength.max().item<double>(), "): correct g");
  const Tensor table = strength.dim() == 2 ? strength : strength.unsqueeze(1);  // (B, L or 1)
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    const auto places = table.select(1, std::min(layer, table.size(1) - 1)).nonzero();
    first_[layer] = places.numel() > 0 ? places.min().item<std::int64_t>() : 0;
    end_[layer] = places.numel() > 0 ? places.max().item<std::int64_t>() + 1 : 0;
  }
}

CoupledRows ReplicaCoupling::at(std::int64_t layer) const {
  SYNCGAP_EXPECTS(layer >= 0 && layer < layers_);
  if (!strength_.defined()) return {};
  const auto first = first_[layer].item<std::int64_t>(), end = end_[layer].item<std::int64_t>();
  if (first == end) return {};
  const Tensor g = strength_.dim() == 2 ? strength_.select(1, layer) : strength_;
  return {g.slice(0, first, end), first, end - first};
}

Tensor replica_attention(const Tensor& qkv, std::int64_t heads, const CoupledRows& coupled) {
  const auto rows = qkv.size(0), replicas = qkv.size(1), tokens = qkv.size(2);
  const auto width = qkv.size(3) / 3;
  SYNCGAP_EXPECTS(qkv.dim() == 4 && qkv.size(3) % (3 * heads) == 0, qkv.sizes());
  SYNCGAP_EXPECTS(coupled.count == 0 || replicas == 2, "coupled rows have two replicas");
  SYNCGAP_EXPECTS(coupled.first >= 0 && coupled.first + coupled.count <= rows);
  // Products of bfloat16 sum up in single precision only inside a fused kernel.
  const bool fused = TORCH_VERSION_MAJOR >= 2 && !qkv.device().is_cpu();
  const c10::impl::ExcludeDispatchKeyGuard as_given(c10::autocast_dispatch_keyset);
  const auto wide = [&](const Tensor& x) {
    return x.scalar_type() == torch::kFloat64 ? x : x.to(torch::kFloat32);
  };
  const auto parts = (fused ? qkv : wide(qkv))
                         .view({rows, replicas, tokens, 3, heads, width / heads})
                         .permute({3, 0, 1, 4, 2, 5});  // (3, B, P, h, N, c)
  const auto q = parts[0], k = parts[1], v = parts[2];
  const auto joined = [](const Tensor& x) { return x.flatten(0, 1); };
  auto out = wide(attend(joined(q), joined(k), joined(v))).view_as(q);
  if (coupled.count > 0) {
    const auto some = [&](const Tensor& x, std::int64_t replica) {
      return x.narrow(0, coupled.first, coupled.count).select(1, replica);  // (count, h, N, c)
    };
    const auto seen = [&](std::int64_t by, std::int64_t of) {
      return wide(attend(some(q, by), some(k, of), some(v, of)));
    };
    const auto cross = torch::stack({seen(0, 1), seen(1, 0)}, 1);  // (count, 2, h, N, c)
    const auto end = coupled.first + coupled.count;
    const auto mixed = mix(out.slice(0, coupled.first, end), cross, coupled.strength);
    out = coupled.count == rows
              ? mixed
              : torch::cat({out.slice(0, 0, coupled.first), mixed, out.slice(0, end, rows)});
  }
  return out.transpose(2, 3).reshape({rows, replicas, tokens, width});
}

}  // namespace syncgap::networks
