#include <algorithm>
#include <numbers>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "diffusion/branches.h"
#include "diffusion/sampling_path.h"
#include "experiments/attention_response/responses.h"
#include "experiments/shared/told_rows.torch.h"
#include "parallel/dealt.h"
#include "theory/modewise_speciation.h"

// Shapes: B pairs of a group, N tokens of D channels; others as in response_data.h.
namespace syncgap::experiments {
namespace {

using torch::Tensor;
using Group = parallel::Dealt::Group;

/// Real pairs that are coupled all along.
class FollowedPairs {
 public:
  FollowedPairs(const AttentionResponsePlan& plan, const TappedDenoiser& denoiser,
                networks::DiTImpl& network, const StartModes& modes, const ReplicaNoise& noise,
                std::int64_t told_class, const parallel::Team& team)
      : plan_(plan),
        options_(plan.options()),
        network_(network),
        noise_(noise),
        told_class_(told_class),
        team_(team),
        path_(diffusion::SamplingPath::ddim(plan.replicas().schedule(), 0,
                                            plan.replicas().visited())),
        steps_(options_.replicas.steps),
        blocks_(plan.replicas().shape().depth),
        denoiser_(
            denoiser([this](std::int64_t layer, const Tensor& tokens) { look(layer, tokens); })) {
    for (const Tensor& r : modes.directions)
      flat_.push_back(
          r.narrow(1, 0, options_.modes.count).transpose(1, 2).flatten(0, 1).contiguous());
    const std::int64_t places = std::ssize(plan.couplings()) * steps_ * blocks_;
    for (auto* each : {&out_.components, &out_.added})
      each->resize(unsigned_size(places * options_.modes.count * options_.replicas.pairs));
    for (auto* each : {&out_.changed, &out_.beyond_linear})
      each->resize(unsigned_size(places * options_.trajectories));
  }

  PairData run() {
    const torch::NoGradGuard no_grad;
    const parallel::Dealt dealt(options_.replicas.pairs, options_.replicas.group, team_.ranks());
    for (g_ = 0; g_ < std::ssize(plan_.couplings()); ++g_) {
      team_.say(concat("follows real pairs at g = ", plan_.couplings()[unsigned_size(g_)]));
      for (const Group& group : dealt.mine()) run_group(group);
    }
    for (auto* each : {&out_.components, &out_.added, &out_.changed, &out_.beyond_linear})
      dealt.gather(std::span<double>(*each));
    return std::move(out_);
  }

 private:
  void run_group(Group group) {
    group_ = group;
    const double g = plan_.couplings()[unsigned_size(g_)];
    rho_ = torch::full({1}, theory::routing_share(g), torch::kFloat32);
    auto states = noise_.start(group, options_.replicas.start_spread);
    for (step_ = 0; step_ < steps_; ++step_) {
      const auto& step = path_.steps()[unsigned_size(step_)];
      const auto t = [&](std::int64_t rows) {
        return torch::full({rows}, step.from, states.options().dtype(torch::kInt64));
      };
      condition_ = network_.condition({t(1), told_rows(1, told_class_, 0).label, {}}, 1);
      const auto predicted =
          denoiser_(states, {t(group.count), told_rows(group.count, told_class_, g)});
      states = diffusion::advanced(step, states, predicted.noise);
    }
  }

  void look(std::int64_t layer, const Tensor& tokens) {
    const auto difference = (tokens.select(1, 0) - tokens.select(1, 1)) * (std::numbers::sqrt2 / 2);
    const auto rows = difference.flatten(1);
    if (layer > 0) {
      keep(rows.matmul(flat_[unsigned_size(layer - 1)]) - before_, layer - 1, out_.added);
      compare(layer - 1, difference);
    }
    if (layer == blocks_) return;
    before_ = rows.matmul(flat_[unsigned_size(layer)]);
    keep(before_, layer, out_.components);
    entered_ = difference;
    mean_ = tokens.mean(1);
  }

  /// (B, K) -> (K, M)
  void keep(const Tensor& values, std::int64_t block, std::vector<double>& to) {
    const auto here = values.t().to(torch::kCPU, torch::kFloat64).contiguous();
    const std::int64_t place = (g_ * steps_ + step_) * blocks_ + block;
    for (std::int64_t k = 0; k < options_.modes.count; ++k)
      std::copy_n(
          here.data_ptr<double>() + k * group_.count, group_.count,
          to.begin() + (place * options_.modes.count + k) * options_.replicas.pairs + group_.first);
  }

  /// What the block made of differences with what it does to first order at the pairs' means.
  void compare(std::int64_t block, const Tensor& left) {
    const auto count =
        std::clamp<std::int64_t>(options_.trajectories - group_.first, 0, group_.count);
    if (count == 0) return;
    const auto some = [&](const Tensor& x) { return x.narrow(0, 0, count); };
    const auto linear = network_.response(block, some(mean_), condition_)
                            .propagate(some(entered_).unsqueeze(2), rho_.to(left.device()))
                            .squeeze(2);
    const auto squares = [](const Tensor& x) { return x.to(torch::kFloat64).square().sum({1, 2}); };
    const std::int64_t place = (g_ * steps_ + step_) * blocks_ + block;
    const auto put_here = [&](const Tensor& values, std::vector<double>& to) {
      const auto here = values.to(torch::kCPU).contiguous();
      std::copy_n(here.data_ptr<double>(), count,
                  to.begin() + place * options_.trajectories + group_.first);
    };
    put_here(squares(some(left) - some(entered_)), out_.changed);
    put_here(squares(some(left) - linear), out_.beyond_linear);
  }

  const AttentionResponsePlan& plan_;
  const AttentionResponseOptions& options_;
  networks::DiTImpl& network_;
  const ReplicaNoise& noise_;
  std::int64_t told_class_;
  const parallel::Team& team_;
  diffusion::SamplingPath path_;
  std::int64_t steps_, blocks_;
  diffusion::Denoiser denoiser_;
  std::vector<Tensor> flat_;  // modes, (N D, K) of each block
  // Of the evaluation that is under way.
  std::int64_t g_ = 0, step_ = 0;
  Group group_{};
  Tensor rho_, condition_;
  Tensor before_, entered_, mean_;  // (B, K) and (B, N, D) as the block was entered
  PairData out_;
};

}  // namespace

PairData follow_pairs(const AttentionResponsePlan& plan, const TappedDenoiser& denoiser,
                      networks::DiTImpl& network, const StartModes& modes,
                      const ReplicaNoise& noise, std::int64_t told_class,
                      const parallel::Team& team) {
  return FollowedPairs(plan, denoiser, network, modes, noise, told_class, team).run();
}

}  // namespace syncgap::experiments
