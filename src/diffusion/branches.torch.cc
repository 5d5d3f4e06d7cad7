#include "diffusion/branches.h"

#include <algorithm>

#include "core/check.h"
#include "core/expect_shape.h"
#include "core/numbers.h"

// Shapes: B trajectories of a group, P replicas; path p of those under way in rows [p B, (p + 1)
// B).
namespace syncgap::diffusion {
namespace {

using torch::Tensor;

/// Deviation of each number's noise, of the shape of the noise predicted.
Tensor learned_deviations(const ReverseStep& step, const Prediction& predicted) {
  require_input(predicted.variance.defined(),
                "these steps take their variance from the network, which learns none (step t = ",
                step.from, "): take a network that does, or DDIM with eta = 1");
  SYNCGAP_EXPECTS_SHAPE(predicted.variance, predicted.noise.size(0), predicted.noise.size(1),
                        predicted.noise.size(2), predicted.noise.size(3), predicted.noise.size(4));
  const auto [log_posterior, log_forward] = *step.learned;
  const auto share = (predicted.variance + 1) * 0.5;  // of the forward step
  return torch::exp(share * (0.5 * (log_forward - log_posterior)) + 0.5 * log_posterior);
}

/// The trunk and the branches that have left it.
class OpenPaths {
 public:
  OpenPaths(const Tensor& start, const std::vector<Branch>& branches, const RowConditions& told)
      : branches_(branches), group_(start.size(0)), told_{told}, states_(start) {
    places_.resize(branches.size());
  }

  const Tensor& states() const { return states_; }
  Tensor trunk() const { return states_.narrow(0, 0, group_); }
  Tensor trunk_of(const Tensor& rows) const { return rows.narrow(0, 0, group_); }
  Tensor branch(std::size_t number) const {
    return states_.narrow(0, places_[number] * group_, group_);
  }

  /// Lets those leave at step t of which `leaves` holds.
  template <class Leaves>
  void leave(std::int64_t t, const Leaves& leaves) {
    std::vector<Tensor> grown{states_};
    for (std::size_t b = 0; b < branches_.size(); ++b) {
      const Branch& branch = branches_[b];
      if (branch.key.step != t || !leaves(branch)) continue;
      places_[b] = std::ssize(keys_);
      keys_.push_back(branch.key);
      told_.push_back(branch.told.value_or(told_.front()));
      grown.push_back(branch.change ? branch.change(trunk()) : trunk());
    }
    if (grown.size() > 1) states_ = torch::cat(grown);
  }

  /// What the denoiser is told of all rows.
  Conditions conditions(std::int64_t t) const {
    const auto together = [&](Tensor RowConditions::*member) {
      if (!(told_.front().*member).defined()) return Tensor();
      std::vector<Tensor> all;
      for (const RowConditions& each : told_) all.push_back(each.*member);
      return torch::cat(all);
    };
    const auto steps = torch::dtype(torch::kInt64).device(states_.device());
    return {
        torch::full({states_.size(0)}, t, steps),
        {together(&RowConditions::label), together(&RowConditions::coupling), told_.front().graph}};
  }

  void advance(const ReverseStep& step, const Tensor& predicted) {
    states_ = advanced(step, states_, predicted);
  }

  void add_noise(const ReverseStep& step, const Prediction& predicted, const BranchNoise& noise) {
    const Tensor learned = step.learned ? learned_deviations(step, predicted) : Tensor();
    for (std::size_t p = 0; p < keys_.size(); ++p) {
      const std::int64_t first = signed_size(p) * group_;
      const Tensor fresh = noise(keys_[p], step.from);
      Tensor rows = states_.narrow(0, first, group_);
      if (!learned.defined())
        rows.add_(fresh * step.deviation);
      else  // paths that have left since the prediction share the trunk's
        rows.add_(fresh * learned.narrow(0, first < learned.size(0) ? first : 0, group_));
    }
  }

 private:
  const std::vector<Branch>& branches_;
  std::int64_t group_;
  std::vector<BranchKey> keys_{{}};   // of each path under way
  std::vector<RowConditions> told_;   // of each path under way
  std::vector<std::int64_t> places_;  // of each branch among the paths
  Tensor states_;                     // (paths B, P, C, H, W)
};

}  // namespace

Tensor advanced(const ReverseStep& step, const Tensor& states, const Tensor& noise) {
  return states * step.on_state + noise * step.on_noise;
}

void check_branches(const SamplingPath& path, const std::vector<Branch>& branches) {
  for (std::size_t b = 0; b < branches.size(); ++b) {
    const BranchKey& key = branches[b].key;
    require_input(path.visits(key.step), "there is no such step to branch at (branch step ",
                  key.step, ", the trajectory passes ", path.steps().front().from, " to ",
                  path.steps().back().from, "): give steps it passes");
    for (std::size_t other = 0; other < b; ++other)
      require_input(
          branches[other].key.step != key.step || branches[other].key.number != key.number,
          "a branch step is given twice (", key.step, "): give each once");
  }
}

BranchEnds run_branches(const SamplingPath& path, const Denoiser& denoiser, const Tensor& start,
                        const std::vector<Branch>& branches, const BranchNoise& noise,
                        const RowConditions& told,
                        const std::function<void(const TrunkStep&)>& observe) {
  SYNCGAP_EXPECTS(start.dim() == 5, "start has ", start.dim(), " dimensions, not (B, P, C, H, W)");
  const torch::NoGradGuard no_grad;
  check_branches(path, branches);
  OpenPaths open(start, branches, told);
  for (const ReverseStep& step : path.steps()) {
    const std::int64_t t = step.from;
    open.leave(t, [](const Branch& branch) { return !branch.is_clone(); });
    const Prediction predicted = denoiser(open.states(), open.conditions(t));
    if (observe) observe({t, open.trunk(), open.trunk_of(predicted.noise)});
    open.advance(step, predicted.noise);
    open.leave(t, [](const Branch& branch) { return branch.is_clone(); });
    if (step.deviation > 0) open.add_noise(step, predicted, noise);
  }
  BranchEnds ends{open.trunk(), {}};
  for (std::size_t b = 0; b < branches.size(); ++b) ends.branches.push_back(open.branch(b));
  return ends;
}

}  // namespace syncgap::diffusion
