#include "networks/replica_attention.h"

#include <ATen/Parallel.h>
#include <algorithm>
#include <span>
#include <torch/version.h>
#include <vector>

#include "core/check.h"
#include "core/expect_shape.h"
#include "core/numbers.h"
#include "networks/attention_by_rows.h"
#include "networks/replica_rows.h"

namespace syncgap::networks {
namespace {

using torch::Tensor;

#if TORCH_VERSION_MAJOR >= 2
Tensor ready(const Tensor& x) { return x; }

Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) {
  return at::scaled_dot_product_attention(q, k, v);
}
#else
constexpr std::int64_t kTile = std::int64_t{1} << 16;  // scores of a head at a time

/// Products of batches copy what does not lie in order, each time.
Tensor ready(const Tensor& x) { return x.contiguous(); }

Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) {
  return attention_by_rows(q, k, v, kTile);
}
#endif

/// (own + g cross) / (1 + g) of the coupled rows alone, g = strength weight / (1 + strength
/// before); heads of g = 0 keep the bits of own. (B, h, N, c), (count, h, N, c) -> (B, h, N, c)
Tensor mix(const Tensor& own, const Tensor& cross, const CoupledRows& coupled, double weight,
           double before) {
  const auto end = coupled.first + coupled.count;
  const auto by_row = coupled.strength.to(own.scalar_type());
  const auto strength = by_row.view({coupled.count, by_row.dim() == 2 ? by_row.size(1) : 1, 1, 1});
  const auto g = strength * weight / (1 + strength * before);
  const auto mixed = (own.slice(0, coupled.first, end) + g * cross) / (1 + g);
  if (coupled.count == own.size(0)) return mixed;
  return torch::cat({own.slice(0, 0, coupled.first), mixed, own.slice(0, end)});
}

Tensor at_least_single(const Tensor& x) {
  return x.scalar_type() == torch::kFloat64 ? x : x.to(torch::kFloat32);
}

/// Single precision on the CPU where no gradient is wanted: a head's queries, keys and values are
/// read where they lie, and what the replicas see of each other is mixed in where it is computed.
Replicas attend_in_place(const Replicas& qkv, std::int64_t heads, const CoupledRows& coupled) {
  const auto rows = qkv[0].size(0), tokens = qkv[0].size(1), width = qkv[0].size(2) / 3;
  Replicas given, out;
  for (const Tensor& each : qkv) {
    given.push_back(each.to(torch::kFloat32).contiguous());
    out.push_back(torch::empty({rows, tokens, width}, given.back().options()));
  }
  const bool replaced = coupled.context == Context::other;
  const RowStrengths strengths(coupled, heads);
  at::parallel_for(0, rows * heads, 1, [&](std::int64_t begin, std::int64_t end) {
    RowAttention attention(tokens, width, heads, std::ssize(given));
    std::vector<ReplicaRow> replicas(given.size());
    for (std::int64_t at = begin; at < end; ++at) {
      const auto row = at / heads, head = at % heads;
      for (std::size_t k = 0; k < given.size(); ++k)
        replicas[k] = {given[k].data_ptr<float>() + row * tokens * 3 * width,
                       out[k].data_ptr<float>() + row * tokens * width};
      if (replaced)
        attention.replaced(head, std::span(replicas).first<2>());
      else
        attention.coupled(head, replicas, strengths.of(row), coupled.graph);
    }
  });
  return out;
}

/// Attention of equal weights: every token is told the mean of the values.
Replicas attend_uniformly(const Replicas& qkv) {
  Replicas out;
  for (const Tensor& each : qkv) {
    const auto width = each.size(2) / 3;
    const auto values = at_least_single(each.narrow(2, 2 * width, width));  // (B, N, D)
    out.push_back(values.mean(1, true).expand_as(values));
  }
  return out;
}

}  // namespace

RowStrengths::RowStrengths(const CoupledRows& rows, std::int64_t heads)
    : first_(rows.first), count_(rows.count), heads_(heads) {
  if (count_ == 0) return;
  const Tensor given = rows.strength.to(torch::kCPU, torch::kFloat32);
  strength_ = (given.dim() == 2 ? given : given.unsqueeze(1)).expand({count_, heads}).contiguous();
}

std::span<const float> RowStrengths::of(std::int64_t row) const {
  const auto place = row - first_;
  if (place < 0 || place >= count_) return {};
  return {strength_.data_ptr<float>() + place * heads_, unsigned_size(heads_)};
}

ReplicaCoupling::ReplicaCoupling(const Tensor& strength, std::int64_t rows, std::int64_t layers,
                                 std::int64_t heads, torch::Device device, const Tensor& graph)
    : rows_(rows), layers_(layers) {
  if (!strength.defined() || rows == 0) return;
  if (graph.defined()) {
    SYNCGAP_EXPECTS(graph.dim() == 2 && graph.size(0) == graph.size(1), graph.sizes());
    const Tensor weights = graph.to(torch::kFloat32).contiguous();
    graph_.assign(weights.data_ptr<float>(), weights.data_ptr<float>() + weights.numel());
  }
  require_input(has_shape(strength.sizes(), {rows}) ||
                    has_shape(strength.sizes(), {rows, layers}) ||
                    has_shape(strength.sizes(), {rows, layers, heads}),
                "coupling strengths are one for each row, or for each row and layer, or for each "
                "row, layer and head (they are ",
                shape_text(strength.sizes()), ", expected (", rows, "), (", rows, ", ", layers,
                ") or (", rows, ", ", layers, ", ", heads, ")): repeat g, or leave it out");
  require_input(!strength.requires_grad(),
                "gradients of coupling strengths are not computed: ", "detach them");
  strength_ = strength.to(device);
  first_.assign(layers, 0);
  end_.assign(layers, rows);
  if (!strength.device().is_cpu()) return;
  const double least = strength.min().item<double>(), most = strength.max().item<double>();
  require_input(least >= 0 && most <= 1, "coupling strengths are 0 to 1 (the least is ", least,
                ", the greatest ", most, "): correct g");
  const Tensor by_row = strength.dim() == 1 ? strength.unsqueeze(1) : strength;
  const Tensor table = by_row.dim() == 3 ? by_row.amax(2) : by_row;  // (B, L or 1)
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    const auto places = table.select(1, std::min(layer, table.size(1) - 1)).nonzero();
    first_[layer] = places.numel() > 0 ? places.min().item<std::int64_t>() : 0;
    end_[layer] = places.numel() > 0 ? places.max().item<std::int64_t>() + 1 : 0;
  }
}

CoupledRows ReplicaCoupling::at(std::int64_t layer) const {
  SYNCGAP_EXPECTS(layer >= 0 && layer < layers_);
  if (!strength_.defined()) return {};
  const auto first = first_[layer], end = end_[layer];
  if (first == end) return {};
  const Tensor g = strength_.dim() == 1 ? strength_ : strength_.select(1, layer);
  return {g.slice(0, first, end), first, end - first, Context::own, graph_};
}

Replicas replica_attention(const Replicas& qkv, std::int64_t heads, const CoupledRows& coupled) {
  SYNCGAP_EXPECTS(!qkv.empty());
  SYNCGAP_EXPECTS(std::all_of(qkv.begin(), qkv.end(),
                              [&](const Tensor& each) { return each.sizes() == qkv[0].sizes(); }));
  SYNCGAP_EXPECTS(qkv[0].dim() == 3 && qkv[0].size(2) % (3 * heads) == 0, qkv[0].sizes());
  SYNCGAP_EXPECTS(coupled.count == 0 || coupled.graph.size() == qkv.size() * qkv.size(),
                  "a graph has a weight for every two replicas");
  SYNCGAP_EXPECTS(coupled.count == 0 || coupled.context == Context::own,
                  "a context that is replaced leaves nothing to couple");
  SYNCGAP_EXPECTS(coupled.context != Context::other || qkv.size() == 2);
  const auto rows = qkv[0].size(0), tokens = qkv[0].size(1), width = qkv[0].size(2) / 3;
  SYNCGAP_EXPECTS(coupled.first >= 0 && coupled.first + coupled.count <= rows);
  const c10::impl::ExcludeDispatchKeyGuard as_given(c10::autocast_dispatch_keyset);
  if (coupled.context == Context::uniform) return attend_uniformly(qkv);
  const bool trains =
      torch::GradMode::is_enabled() &&
      std::any_of(qkv.begin(), qkv.end(), [](const Tensor& each) { return each.requires_grad(); });
  if (qkv[0].device().is_cpu() && qkv[0].scalar_type() != torch::kFloat64 && !trains)
    return attend_in_place(qkv, heads, coupled);
  struct Parts {
    Tensor q, k, v;  // (B, h, N, c)
  };
  std::vector<Parts> parts;
  for (const Tensor& each : qkv) {
    // Fused kernels take bfloat16 and sum in single precision inside; others would round the
    // scores.
    // In order: what a library's product makes of the same numbers depends on where they begin.
    const auto views = (each.is_cuda() ? each : at_least_single(each))
                           .contiguous()
                           .view({rows, tokens, 3, heads, width / heads})
                           .permute({2, 0, 3, 1, 4});
    parts.push_back({ready(views[0]), ready(views[1]), ready(views[2])});
  }
  const auto some = [&](const Tensor& x) {
    return x.narrow(0, coupled.first, coupled.count);  // (count, h, N, c)
  };
  Replicas out;
  for (std::size_t replica = 0; replica < qkv.size(); ++replica) {
    const Tensor& q = parts[replica].q;
    const Parts& seen = coupled.context == Context::other ? parts[1] : parts[replica];
    auto mixed = at_least_single(attend(q, seen.k, seen.v));  // (B, h, N, c)
    const auto see = [&](std::size_t seen_replica, float weight, float before) {
      const Parts& other = parts[seen_replica];
      const auto cross = attend(some(q), some(other.k), some(other.v));
      mixed = mix(mixed, at_least_single(cross), coupled, weight, before);
    };
    if (coupled.count > 0) for_each_seen(coupled.graph, qkv.size(), replica, see);
    out.push_back(mixed.transpose(1, 2).reshape({rows, tokens, width}));
  }
  return out;
}

}  // namespace syncgap::networks
