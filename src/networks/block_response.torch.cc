#include "networks/block_response.h"

#include <cmath>
#include <limits>
#include <numbers>
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

/// Of x Phi(x) in the tanh form.
Tensor gelu_slope(const Tensor& x) {
  constexpr double kCubic = 0.044715;
  const double scale = std::sqrt(2 / std::numbers::pi);
  const auto square = x.square();
  const auto t = torch::tanh(x * (square * kCubic + 1) * scale);
  return (t + 1) * 0.5 + (1 - t.square()) * x * (square * (3 * kCubic) + 1) * (0.5 * scale);
}

Tensor norm_over(const Tensor& x, torch::IntArrayRef dims) {
  return x.to(torch::kFloat64).square().sum(dims).sqrt();
}

}  // namespace

BlockDirections BlockDirections::last(std::int64_t count) const {
  const auto of = [&](const Tensor& x) { return x.narrow(1, x.size(1) - count, count); };
  return {of(r), of(qkv), of(attention), of(hidden), of(output)};
}

NormedTokens::NormedTokens(const Tensor& x, double epsilon) {
  const auto centred = x - x.mean(-1, true);
  rate = torch::rsqrt(centred.square().mean(-1, true) + epsilon);
  value = centred * rate;
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
  const auto qkv = linear(layers.qkv, before_.value * scale1_ + parts[0]).chunk(3, 2);
  const auto of_head = [&](const Tensor& x) {
    return x.unflatten(2, {heads_, -1}).transpose(1, 2).contiguous();
  };
  q_ = of_head(qkv[0]) / std::sqrt(to_real(tokens.size(2) / heads_));
  k_ = of_head(qkv[1]);
  v_ = of_head(qkv[2]);
  attention_ = torch::softmax(q_.matmul(k_.transpose(2, 3)), 3);
  middle_ = tokens + gate1_ * linear(layers.proj, attention_.matmul(v_).transpose(1, 2).flatten(2));
  between_ = NormedTokens(middle_, epsilon);
  const auto hidden = linear(layers.fc1, between_.value * scale2_ + parts[3]);
  slope_ = gelu_slope(hidden);
  next_ = middle_ + gate2_ * linear(layers.fc2, tanh_gelu(hidden));
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
  SYNCGAP_EXPECTS(r.dim() == 3 && r.size(0) == next_.size(1) && r.size(2) == next_.size(2));
  const auto centred = r - r.mean(-1, true);
  return {r, forwards(layers_.qkv, centred * scale1_), backwards(layers_.proj, r * gate1_),
          forwards(layers_.fc1, centred * scale2_), backwards(layers_.fc2, r * gate2_)};
}

BlockResponse::Changes BlockResponse::changes_of(const BlockDirections& in) const {
  const auto& n = before_.value;
  const auto along = torch::bmm(in.r, n.permute({1, 2, 0})) / to_real(n.size(2));  // (N, K, B)
  return {forwards(layers_.qkv, n * scale1_), along.permute({2, 0, 1}).contiguous()};
}

Tensor BlockResponse::qkv_changes(const BlockDirections& in, const Changes& of,
                                  std::int64_t state) const {
  // W S (r - mean - n (n r) / D) / deviation: only the last term is the state's own.
  return torch::addcmul(in.qkv, of.along[state].unsqueeze(2), of.own[state].unsqueeze(1), -1) *
         before_.rate[state].unsqueeze(1);
}

void BlockResponse::add_gains(std::int64_t state, const Tensor& back, const BlockDirections& in,
                              const Changes& of, BlockGains& gains) const {
  if (back.device().is_cpu() && back.scalar_type() == torch::kFloat32) {
    add_gains_by_kernels(state, back, in, of, gains);
    return;
  }
  const auto directions = back.size(1), tokens = back.size(0);
  const auto a = attention_[state], q = q_[state], k = k_[state], v = v_[state];  // (h, N, .)
  const auto w = by_heads(back).contiguous();                                     // (h, N, K, c)
  const auto rows = [](const Tensor& x) { return x.flatten(1, 2); };
  // The answer's slope in the scores: A (Y - A Y) with Y = w v^T. (h, N, K, N)
  const auto wide = a.unsqueeze(2);
  auto slope = torch::bmm(rows(w), v.transpose(1, 2)).view({heads_, tokens, directions, tokens});
  slope.mul_(wide);
  slope.addcmul_(wide, slope.sum(-1, true), -1);
  const auto change = qkv_changes(in, of, state).chunk(3, 2);
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

void BlockResponse::add_gains_by_kernels(std::int64_t state, const Tensor& back,
                                         const BlockDirections& in, const Changes& of,
                                         BlockGains& gains) const {
  const auto tokens = unsigned_size(back.size(0)), directions = unsigned_size(back.size(1));
  const auto width = unsigned_size(back.size(2)), channels = width / unsigned_size(heads_);
  const auto a = attention_[state], q = q_[state], k = k_[state], v = v_[state];  // (h, N, .)
  const auto along = of.along[state], own = of.own[state], rate = before_.rate[state];
  const NormedChanges changes{in.qkv.data_ptr<float>(),
                              own.data_ptr<float>(),
                              along.data_ptr<float>(),
                              rate.data_ptr<float>(),
                              tokens,
                              directions,
                              3 * width};
  const auto add = [&](std::size_t first, const Tensor& adjoint, std::size_t by_token,
                       std::size_t by_direction, double scale, Tensor& to) {
    std::vector<double> found(directions, 0.0);
    add_products(changes, first, {adjoint.data_ptr<float>(), by_token, by_direction, channels},
                 found.data());
    double* sum = to.data_ptr<double>() + state * to.size(1);
    for (std::size_t each = 0; each < directions; ++each) sum[each] += scale * found[each];
  };
  const double scale = 1 / std::sqrt(to_real(q.size(2)));
  for (std::int64_t head = 0; head < heads_; ++head) {
    const auto first = unsigned_size(head) * channels;
    const auto w =
        back.narrow(2, head * q.size(2), q.size(2)).contiguous().flatten(0, 1);  // (N K, c)
    auto slope = torch::mm(w, v[head].t());                                      // (N K, N)
    softmax_slopes(a[head].data_ptr<float>(), tokens, directions, tokens, slope.data_ptr<float>());
    const auto by_token = directions * channels;
    add(first, torch::mm(slope, k[head]), by_token, channels, scale, gains.query);
    // (K N, c), the queries summed over
    const auto of_keys = torch::mm(slope.view({back.size(0), -1}).t(), q[head]);
    add(width + first, of_keys, channels, tokens * channels, 1, gains.key);
    add(2 * width + first, torch::mm(a[head].t(), w.view({back.size(0), -1})), by_token, channels,
        1, gains.routing);
  }
}

BlockGains BlockResponse::gains(const BlockDirections& in) const {
  const auto states = next_.size(0), directions = in.r.size(1);
  const auto none = [&] {
    return torch::zeros({states, directions}, next_.options().dtype(torch::kFloat64));
  };
  BlockGains out{none(), none(), none(), {}};
  const auto of = changes_of(in);
  for (std::int64_t state = 0; state < states; ++state) add_gains(state, in.attention, in, of, out);
  // Of all states at once, token by token: (N, K, 4 D) (N, 4 D, B)
  const auto slope = slope_.permute({1, 2, 0});
  const auto own = forwards(layers_.fc1, between_.value * scale2_) * slope_;  // (B, N, 4 D)
  const auto along =
      torch::bmm(in.r, between_.value.permute({1, 2, 0})) / to_real(in.r.size(2));  // (N, K, B)
  const auto fixed = torch::bmm(in.hidden * in.output, slope);
  const auto of_state = torch::bmm(in.output, own.permute({1, 2, 0}));
  const auto rate = between_.rate.permute({1, 2, 0});  // (N, 1, B)
  out.perceptron =
      ((fixed - along * of_state) * rate).sum({0}, false, torch::kFloat64).transpose(0, 1);
  return out;
}

CrossGains BlockResponse::cross_gains(const BlockDirections& in) const {
  const auto states = next_.size(0), directions = in.r.size(1);
  const auto none = [&] {
    return torch::zeros({states, directions}, next_.options().dtype(torch::kFloat64));
  };
  BlockGains out{none(), none(), none(), {}};
  const auto of = changes_of(in);
  for (std::int64_t state = 0; state < states; ++state) {
    const auto back = backwards(layers_.fc1, in.output * slope_[state].unsqueeze(1)) * scale2_;
    const auto n = between_.value[state].unsqueeze(1);  // (N, 1, D)
    const auto through = (back - back.mean(-1, true) - n * (n * back).mean(-1, true)) *
                         between_.rate[state].unsqueeze(1);
    add_gains(state, backwards(layers_.proj, through * gate1_), in, of, out);
  }
  return {out.query, out.routing + out.key};
}

HeadResponse BlockResponse::heads(const BlockDirections& in) const {
  const auto states = next_.size(0), tokens = next_.size(1);
  const double n = to_real(tokens);
  HeadResponse out;
  out.width = attention_.to(torch::kFloat64).square().sum(3).reciprocal();
  out.expansion = torch::linalg_matrix_norm((attention_ - 1 / n).to(torch::kFloat64), 2);
  std::vector<Tensor> pattern, routing, bound;
  const double scale = 1 / std::sqrt(to_real(q_.size(3)));
  const auto of = changes_of(in);
  for (std::int64_t state = 0; state < states; ++state) {
    const auto a = attention_[state].unsqueeze(1), q = q_[state].unsqueeze(1),
               k = k_[state].unsqueeze(1), v = v_[state].unsqueeze(1);  // (h, 1, N, .)
    const auto changes = qkv_changes(in, of, state).chunk(3, 2);
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
