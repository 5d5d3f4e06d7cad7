#include "networks/block_response.h"

#include <ATen/Parallel.h>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "networks/dit_shape.h"
#include "networks/gelu.h"
#include "networks/response_kernels.h"

namespace syncgap::networks {
namespace {

using torch::Tensor;

Tensor weight_of(const torch::nn::Linear& layer, const Tensor& like) {
  return layer->weight.to(like.options());
}

Tensor linear(const torch::nn::Linear& layer, const Tensor& x) {
  return torch::linear(x, weight_of(layer, x), layer->bias.to(x.options()));
}

/// Of a change, which knows no bias.
Tensor forwards(const torch::nn::Linear& layer, const Tensor& x) {
  return torch::matmul(x, weight_of(layer, x).t());
}

Tensor backwards(const torch::nn::Linear& layer, const Tensor& x) {
  return torch::matmul(x, weight_of(layer, x));
}

Tensor norm_over(const Tensor& x, torch::IntArrayRef dims) {
  return x.to(torch::kFloat64).square().sum(dims).sqrt();
}

}  // namespace

BlockDirections BlockDirections::part(std::int64_t from, std::int64_t count) const {
  const auto of = [&](const Tensor& x) { return x.narrow(1, from, count).contiguous(); };
  return {of(r), of(qkv), of(attention), of(hidden), of(output)};
}

NormedTokens::NormedTokens(const Tensor& x, double epsilon) {
  std::tie(value, std::ignore, rate) = torch::native_layer_norm(x, {x.size(-1)}, {}, {}, epsilon);
}

Tensor NormedTokens::tangent(const Tensor& x) const {
  const auto n = value.unsqueeze(2);  // (B, N, 1, D)
  return (x - x.mean(-1, true) - n * (n * x).mean(-1, true)) * rate.unsqueeze(2);
}

BlockResponse::BlockResponse(const BlockLayers& layers, std::int64_t heads, double epsilon,
                             const Tensor& tokens, const Tensor& condition)
    : layers_(layers), heads_(heads), before_(tokens, kFirstNormEpsilon), between_(before_) {
  SYNCGAP_EXPECTS(tokens.dim() == 3 && condition.dim() == 2 && condition.size(0) == 1);
  const auto parts = linear(layers.modulation, condition.to(tokens.options())).chunk(6, 1);
  scale1_ = parts[1] + 1;
  gate1_ = parts[2];
  scale2_ = parts[4] + 1;
  gate2_ = parts[5];
  own_qkv_ = forwards(layers.qkv, before_.value * scale1_);
  qkv_shift_ = linear(layers.qkv, parts[0]);
  const auto qkv = (own_qkv_ + qkv_shift_).chunk(3, 2);
  q_ = tokens_by_heads(qkv[0]) / std::sqrt(to_real(tokens.size(2) / heads_));
  k_ = tokens_by_heads(qkv[1]);
  v_ = tokens_by_heads(qkv[2]);
  scores_ = q_.matmul(k_.transpose(2, 3));
  attention_ = torch::softmax(scores_, 3);
  middle_ = tokens + gate1_ * linear(layers.proj, attention_.matmul(v_).transpose(1, 2).flatten(2));
  between_ = NormedTokens(middle_, epsilon);
  own_hidden_ = forwards(layers.fc1, between_.value * scale2_);
  slope_ = tanh_gelu_slope(own_hidden_ + linear(layers.fc1, parts[3]));
}

Tensor BlockResponse::tokens_by_heads(const Tensor& x) const {
  return x.unflatten(2, {heads_, -1}).transpose(1, 2).contiguous();
}

Tensor BlockResponse::by_heads(const Tensor& x) const {
  return x.unflatten(-1, {heads_, -1}).movedim(-2, 0);
}

Tensor BlockResponse::perceptron(const Tensor& changes) const {
  const auto hidden = forwards(layers_.fc1, between_.tangent(changes) * scale2_);
  return forwards(layers_.fc2, hidden * slope_.unsqueeze(2)) * gate2_;
}

Tensor BlockResponse::propagate(const Tensor& changes, const Tensor& rho) const {
  const auto qkv = forwards(layers_.qkv, before_.tangent(changes) * scale1_);  // (B, N, T, 3 D)
  const double scale = 1 / std::sqrt(to_real(changes.size(3) / heads_));
  // (B, T, h, N, c)
  const auto part = [&](std::int64_t which) {
    return qkv.chunk(3, 3)[unsigned_size(which)]
        .unflatten(3, {heads_, -1})
        .permute({0, 2, 3, 1, 4});
  };
  const auto a = attention_.unsqueeze(1), q = q_.unsqueeze(1), k = k_.unsqueeze(1),
             v = v_.unsqueeze(1);
  const auto weakened = rho.to(changes.options()).view({1, -1, 1, 1, 1});
  const auto scores =
      part(0).matmul(k.transpose(3, 4)) * scale + weakened * q.matmul(part(1).transpose(3, 4));
  const auto pattern = a * (scores - (a * scores).sum(-1, true));
  const auto heard = pattern.matmul(v) + weakened * a.matmul(part(2));  // (B, T, h, N, c)
  const auto x =
      changes + gate1_ * forwards(layers_.proj, heard.permute({0, 3, 1, 2, 4}).flatten(3));
  return x + perceptron(x);
}

BlockDirections BlockResponse::directions(const Tensor& r) const {
  SYNCGAP_EXPECTS(r.dim() == 3 && r.size(0) == middle_.size(1) && r.size(2) == middle_.size(2));
  const auto centred = r - r.mean(-1, true);
  return {r, forwards(layers_.qkv, centred * scale1_), backwards(layers_.proj, r * gate1_),
          forwards(layers_.fc1, centred * scale2_), backwards(layers_.fc2, r * gate2_)};
}

Tensor BlockResponse::along(const BlockDirections& in) const {
  const auto& n = before_.value;
  return torch::bmm(in.r, n.permute({1, 2, 0})).permute({2, 0, 1}) / to_real(n.size(2));
}

Tensor BlockResponse::qkv_changes(const BlockDirections& in, const Tensor& along,
                                  std::int64_t state) const {
  // W S (r - mean - n (n r) / D) / deviation: only the last term is the state's own.
  return torch::addcmul(in.qkv, along[state].unsqueeze(2), own_qkv_[state].unsqueeze(1), -1) *
         before_.rate[state].unsqueeze(1);
}

BlockGains BlockResponse::attention_gains(const BlockDirections& in, const Backs& back) const {
  const auto none = [&] {
    return torch::zeros({middle_.size(0), in.r.size(1)}, middle_.options().dtype(torch::kFloat64));
  };
  BlockGains out{none(), none(), none(), {}};
  if (middle_.device().is_cpu() && middle_.scalar_type() == torch::kFloat32) {
    add_gains_by_kernels(in, back, out);
    return out;
  }
  const auto of_states = along(in);
  for (std::int64_t state = 0; state < middle_.size(0); ++state)
    add_gains(state, back(state), qkv_changes(in, of_states, state), out);
  return out;
}

void BlockResponse::add_gains(std::int64_t state, const Tensor& back, const Tensor& changes,
                              BlockGains& gains) const {
  const auto directions = back.size(1), tokens = back.size(0);
  const auto a = attention_[state], q = q_[state], k = k_[state], v = v_[state];  // (h, N, .)
  const auto w = by_heads(back).contiguous();                                     // (h, N, K, c)
  const auto rows = [](const Tensor& x) { return x.flatten(1, 2); };
  // The answer's slope in the scores: A (Y - A Y) with Y = w v^T. (h, N, K, N)
  const auto wide = a.unsqueeze(2);
  auto slope = torch::bmm(rows(w), v.transpose(1, 2)).view({heads_, tokens, directions, tokens});
  slope.mul_(wide);
  slope.addcmul_(wide, slope.sum(-1, true), -1);
  const auto change = changes.chunk(3, 2);
  const auto put = [&](Tensor& to, const Tensor& adjoint, std::int64_t which, double scale) {
    const auto each = by_heads(change[unsigned_size(which)]);  // (h, N, K, c)
    to[state] += (adjoint * each).sum({0, 1, 3}, false, torch::kFloat64) * scale;
  };
  const double scale = 1 / std::sqrt(to_real(q.size(2)));
  const auto shape = w.sizes();
  put(gains.query, torch::bmm(rows(slope), k).view(shape), 0, scale);
  const auto of_keys = torch::bmm(slope.flatten(2).transpose(1, 2), q);  // (h, K N, c)
  put(gains.key, of_keys.view({heads_, directions, tokens, -1}).transpose(1, 2), 1, 1);
  put(gains.routing, torch::bmm(a.transpose(1, 2), w.flatten(2)).view(shape), 2, 1);
}

/// Rows over tokens are as long as the kernel wants them; M of response_kernels.h.
struct BlockResponse::HeadOperands {
  ResponseSizes sizes;
  Tensor shared_keys, shared_values;       // changes, (h, K, c, M)
  Tensor value_shifts;                     // (h, c, 1)
  Tensor scores, attention, keys, values;  // (B, h, N or c, M)
  Tensor query_shift, key_shift;           // (B, h, M), (B, h, N)
  Tensor rate, along;                      // (B, M), (B, K, M)
  // Of the adjoints, which may be each state's own.
  Tensor back, routed, value_shift;  // (N, K, D), (h, K, N, M), (h, N, K)

  void answer(const Tensor& adjoints, std::int64_t heads) {
    if (adjoints.is_same(back)) return;
    back = adjoints;
    const auto of_head = back.unflatten(2, {heads, -1}).movedim(2, 0);  // (h, N, K, c)
    routed = torch::matmul(of_head.transpose(1, 2), shared_values);
    value_shift = torch::matmul(of_head, value_shifts.unsqueeze(1)).squeeze(3);
  }
};

BlockResponse::HeadOperands BlockResponse::head_operands(const BlockDirections& in) const {
  const std::int64_t tokens = middle_.size(1), width = middle_.size(2), channels = width / heads_;
  HeadOperands out;
  out.sizes = {unsigned_size(tokens), padded_tokens(unsigned_size(tokens)), unsigned_size(channels),
               unsigned_size(in.r.size(1))};
  const auto padded = [&](const Tensor& x) {
    return torch::constant_pad_nd(x, {0, signed_size(out.sizes.padded) - tokens}).contiguous();
  };
  // Queries, keys and values are a third each.
  const auto shared = [&](std::int64_t third) {
    const auto each = in.qkv.narrow(2, third * width, width).unflatten(2, {heads_, channels});
    return padded(each.permute({2, 1, 3, 0}));
  };
  const auto shift = [&](std::int64_t third) {  // (h, c, 1)
    return by_heads(qkv_shift_.narrow(1, third * width, width)).transpose(1, 2);
  };
  out.shared_keys = shared(1);
  out.shared_values = shared(2);
  out.value_shifts = shift(2);
  out.scores = padded(scores_);
  out.attention = padded(attention_);
  out.keys = padded(k_.transpose(2, 3));
  out.values = padded(v_.transpose(2, 3));
  const auto scaled = shift(0).transpose(1, 2) / std::sqrt(to_real(channels));
  out.query_shift = torch::matmul(scaled, out.keys).squeeze(2);
  out.key_shift = torch::matmul(q_, shift(1)).squeeze(3);
  out.rate = padded(before_.rate.squeeze(2));
  out.along = padded(along(in).transpose(1, 2));
  return out;
}

void BlockResponse::add_gains_by_kernels(const BlockDirections& in, const Backs& back,
                                         BlockGains& gains) const {
  HeadOperands all = head_operands(in);
  const auto channels = all.sizes.channels, width = channels * unsigned_size(heads_);
  const float scale = to_float(1 / std::sqrt(to_real(channels)));
  for (std::int64_t state = 0; state < middle_.size(0); ++state) {
    all.answer(back(state), heads_);
    const auto found = torch::empty({3, heads_, in.r.size(1)}, gains.query.options());
    at::parallel_for(0, heads_, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t head = begin; head < end; ++head) {
        const auto every = [&](const Tensor& x) { return x[head].data_ptr<float>(); };
        const auto here = [&](const Tensor& x) { return x[state][head].data_ptr<float>(); };
        const auto of = [&](const Tensor& x) { return x[state].data_ptr<float>(); };
        const auto to = [&](std::int64_t part) { return found[part][head].data_ptr<double>(); };
        const std::size_t first = unsigned_size(head) * channels;
        head_gains(all.sizes,
                   {all.back.data_ptr<float>() + first, width, in.qkv.data_ptr<float>() + first,
                    3 * width, every(all.shared_keys), every(all.routed), every(all.value_shift)},
                   {scale, here(all.scores), here(all.attention), here(q_), here(all.keys),
                    here(all.values), here(all.query_shift), here(all.key_shift), of(all.rate),
                    of(all.along)},
                   {to(0), to(1), to(2)});
      }
    });
    const auto sums = found.sum(1);
    gains.query[state] = sums[0];
    gains.key[state] = sums[1];
    gains.routing[state] = sums[2];
  }
}

BlockGains BlockResponse::gains(const BlockDirections& in) const {
  BlockGains out = attention_gains(in, [&](std::int64_t) { return in.attention; });
  // Of all states at once, token by token: (N, K, 4 D) (N, 4 D, B)
  const auto along =
      torch::bmm(in.r, between_.value.permute({1, 2, 0})) / to_real(in.r.size(2));  // (N, K, B)
  const auto fixed = torch::bmm(in.hidden * in.output, slope_.permute({1, 2, 0}));
  const auto of_state = torch::bmm(in.output, (own_hidden_ * slope_).permute({1, 2, 0}));
  const auto rate = between_.rate.permute({1, 2, 0});  // (N, 1, B)
  out.perceptron =
      ((fixed - along * of_state) * rate).sum({0}, false, torch::kFloat64).transpose(0, 1);
  return out;
}

CrossGains BlockResponse::cross_gains(const BlockDirections& in) const {
  const auto out = attention_gains(in, [&](std::int64_t state) {
    const auto back = backwards(layers_.fc1, in.output * slope_[state].unsqueeze(1)) * scale2_;
    const auto n = between_.value[state].unsqueeze(1);  // (N, 1, D)
    const auto through = (back - back.mean(-1, true) - n * (n * back).mean(-1, true)) *
                         between_.rate[state].unsqueeze(1);
    return backwards(layers_.proj, through * gate1_);
  });
  return {out.query, out.routing + out.key};
}

HeadResponse BlockResponse::heads(const BlockDirections& in) const {
  const auto states = middle_.size(0), tokens = middle_.size(1);
  const double n = to_real(tokens);
  HeadResponse out;
  out.width = attention_.to(torch::kFloat64).square().sum(3).reciprocal();
  out.expansion = torch::linalg_matrix_norm((attention_ - 1 / n).to(torch::kFloat64), 2);
  std::vector<Tensor> pattern, routing, bound;
  const double scale = 1 / std::sqrt(to_real(q_.size(3)));
  const auto of_states = along(in);
  for (std::int64_t state = 0; state < states; ++state) {
    const auto a = attention_[state].unsqueeze(1), q = q_[state].unsqueeze(1),
               k = k_[state].unsqueeze(1), v = v_[state].unsqueeze(1);  // (h, 1, N, .)
    const auto changes = qkv_changes(in, of_states, state).chunk(3, 2);
    const auto part = [&](std::size_t which) { return by_heads(changes[which]).transpose(1, 2); };
    const auto dq = part(0), dk = part(1), dv = part(2);  // (h, K, N, c)
    const auto scores = dq.matmul(k.transpose(2, 3)) * scale + q.matmul(dk.transpose(2, 3));
    const auto da = a * (scores - (a * scores).sum(-1, true));
    pattern.push_back(norm_over(da.matmul(v), {2, 3}));
    routing.push_back(norm_over(a.matmul(dv), {2, 3}));
    const auto coherent = [&](const Tensor& x) {
      return norm_over(x.mean(2, true), {2, 3}) * std::sqrt(n);
    };
    const auto rest = [&](const Tensor& x) { return norm_over(x - x.mean(2, true), {2, 3}); };
    const auto narrowest = out.width[state].amin(1, true);  // (h, 1)
    // epsilon |P0 X| = |P_perp X| at the smallest epsilon there is.
    const auto room = coherent(dv) - out.expansion[state].unsqueeze(1) * rest(dv);
    const auto most = scores.abs().amax({2, 3}).to(torch::kFloat64);
    const auto right = (n / narrowest).sqrt() * 2 * most * rest(v) / room;
    bound.push_back(torch::where(
        room > 0, right, torch::full_like(right, std::numeric_limits<double>::quiet_NaN())));
  }
  out.pattern = torch::stack(pattern);
  out.routing = torch::stack(routing);
  out.bound = torch::stack(bound);
  return out;
}

}  // namespace syncgap::networks
