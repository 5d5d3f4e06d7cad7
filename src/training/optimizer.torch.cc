#include "training/optimizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/numbers.h"

namespace syncgap::training {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

}  // namespace

Optimizer::Optimizer(torch::Tensor values, torch::Tensor gradients, OptimizerOptions options,
                     std::int64_t total_steps)
    : values_(std::move(values)),
      gradients_(std::move(gradients)),
      options_(options),
      total_steps_(total_steps),
      mean_(torch::zeros_like(values_)),
      square_(torch::zeros_like(values_)),
      average_(values_.clone()),
      norm_sum_(torch::zeros({}, values_.options())) {}

double Optimizer::learning_rate() const {
  const double warm =
      options_.warmup > 0 ? std::min(1.0, to_real(steps_) / to_real(options_.warmup)) : 1.0;
  if (options_.rate == RateSchedule::constant) return warm * options_.learning_rate;
  const double done = std::min(1.0, to_real(steps_) / to_real(total_steps_));
  return warm * options_.learning_rate * (1 + std::cos(std::numbers::pi * done)) / 2;
}

void Optimizer::step() {
  const torch::NoGradGuard no_grad;
  ++steps_;
  const auto norm = gradients_.norm();
  norm_sum_.add_(norm);
  if (options_.gradient_clip > 0)
    gradients_.mul_(torch::clamp_max(options_.gradient_clip / (norm + 1e-12), 1.0));
  mean_.mul_(kBeta1).add_(gradients_, 1 - kBeta1);
  square_.mul_(kBeta2).addcmul_(gradients_, gradients_, 1 - kBeta2);
  const auto t = to_real(steps_);
  const double learning = learning_rate(), rate = learning / (1 - std::pow(kBeta1, t));
  if (options_.weight_decay > 0) values_.mul_(1 - learning * options_.weight_decay);
  const auto root = square_.sqrt().mul_(1 / std::sqrt(1 - std::pow(kBeta2, t))).add_(kEpsilon);
  values_.addcdiv_(mean_, root, -rate);
  const double decay = std::min(options_.ema_decay, t / (t + 10));
  average_.lerp_(values_, 1 - decay);
}

std::map<std::string, torch::Tensor> Optimizer::state() const {
  const auto host = [](const torch::Tensor& x) { return x.detach().to(torch::kCPU).clone(); };
  return {{"mean", host(mean_)},
          {"square", host(square_)},
          {"average", host(average_)},
          {"norm_sum", host(norm_sum_)},
          {"steps", torch::tensor(steps_, torch::kInt64)}};
}

void Optimizer::restore(const std::map<std::string, torch::Tensor>& state) {
  const torch::NoGradGuard no_grad;
  mean_.copy_(state.at("mean"));
  square_.copy_(state.at("square"));
  average_.copy_(state.at("average"));
  norm_sum_.copy_(state.at("norm_sum"));
  steps_ = state.at("steps").item<std::int64_t>();
}

}  // namespace syncgap::training
