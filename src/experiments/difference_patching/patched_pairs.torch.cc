#include "experiments/difference_patching/patched_pairs.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/numbers.h"
#include "diffusion/branches.h"
#include "experiments/shared/pair_comparison.h"
#include "experiments/shared/token_frequencies.h"
#include "experiments/shared/told_rows.torch.h"
#include "observables/mode_energy.h"
#include "parallel/dealt.h"

namespace syncgap::experiments {

using torch::Tensor;
using Group = parallel::Dealt::Group;

DifferenceParts::DifferenceParts(const DifferencePatchingPlan& plan, const StartModes& modes)
    : plan_(plan), modes_(modes), bands_(frequency_bands(plan.replicas().shape().grid())) {}

Tensor DifferenceParts::of(std::int64_t part, std::int64_t layer, const Tensor& difference) const {
  const PatchedPart& what = plan_.parts()[unsigned_size(part)];
  if (what.kind == PatchedPart::Kind::band) {
    const auto kept = bands_.eq(what.band).to(difference.options()).view({1, -1, 1});
    return tokens_of_frequencies(token_frequencies(difference.contiguous()) * kept);
  }
  // Of the modes that there are, the first or the last share.
  const auto& variances = modes_.variances[unsigned_size(layer)];
  const auto there = std::count_if(variances.begin(), variances.end(),
                                   [](double variance) { return variance > 0; });
  const auto count =
      signed_size(observables::band_size(plan_.options().band_share, unsigned_size(there)));
  const auto first = what.kind == PatchedPart::Kind::leading ? 0 : there - count;
  const auto r = modes_.directions[unsigned_size(layer)]
                     .narrow(1, first, std::min<std::int64_t>(count, there))
                     .transpose(0, 1)
                     .flatten(1)
                     .to(difference.options());  // (K, N D)
  return difference.flatten(1).matmul(r.t()).matmul(r).view_as(difference);
}

Tensor patched(const Tensor& tokens, const Tensor& part, PatchKind kind) {
  const auto a = tokens.select(1, 0), b = tokens.select(1, 1);
  if (kind == PatchKind::copied) return torch::stack({a, b + part}, 1);
  return torch::stack({a - part / 2, b + part / 2}, 1);
}

namespace {

class Run {
 public:
  Run(const DifferencePatchingPlan& plan, const ChangedDenoiser& denoiser, const StartModes& modes,
      const ReplicaNoise& noise, const PatchedRun& run,
      const std::function<ImageViews(const Tensor&)>& look, const parallel::Team& team)
      : plan_(plan),
        replicas_(plan.options().replicas),
        noise_(noise),
        run_(run),
        look_(look),
        team_(team),
        path_(diffusion::SamplingPath::ddim(plan.replicas().schedule(), 0,
                                            plan.replicas().visited())),
        parts_(plan, modes),
        plain_(denoiser({})),
        patching_(denoiser(
            [this](std::int64_t layer, const Tensor& tokens) { return change(layer, tokens); })),
        per_step_(std::ssize(plan.patches(0))) {
    const std::int64_t steps = std::ssize(plan.steps()), pairs = replicas_.pairs;
    out_.unpatched.resize(unsigned_size(kAgreementCount * pairs));
    out_.labels.resize(unsigned_size(2 * pairs));
    out_.patched.resize(unsigned_size(steps * per_step_ * kAgreementCount * pairs));
    out_.part.resize(unsigned_size(steps * per_step_ * pairs));
    out_.whole.resize(out_.part.size());
  }

  PatchedPairs run() {
    const torch::NoGradGuard no_grad;
    const parallel::Dealt dealt(replicas_.pairs, replicas_.group, team_.ranks());
    for (const Group& group : dealt.mine()) run_group(group);
    for (auto* each : {&out_.unpatched, &out_.patched, &out_.part, &out_.whole})
      dealt.gather(std::span<double>(*each));
    dealt.gather(std::span<std::int64_t>(out_.labels));
    return std::move(out_);
  }

 private:
  void run_group(Group group) {
    group_ = group;
    std::vector<Tensor> left;  // states before each step of a patch
    std::int64_t s = 0;
    const auto& steps = plan_.steps();
    const auto ends =
        diffusion::run_branches(path_, plain_, noise_.start(group, replicas_.start_spread), {}, {},
                                told_rows(group.count, run_.told_class, run_.strength),
                                [&](const diffusion::TrunkStep& step) {
                                  if (std::binary_search(steps.begin(), steps.end(), s++))
                                    left.push_back(step.states.clone());
                                });
    const auto views = look_(ends.trunk.flatten(0, 1));
    put(compare_pairs(views), 0, out_.unpatched);
    const auto labels = views.labels.to(torch::kCPU, torch::kInt64).contiguous();
    std::copy_n(labels.data_ptr<std::int64_t>(), 2 * group.count,
                out_.labels.begin() + 2 * group.first);
    for (std::size_t number = 0; number < steps.size(); ++number) {
      const auto patches = plan_.patches(steps[number]);
      const std::int64_t batch = plan_.options().patch_batch;
      for (std::int64_t first = 0; first < per_step_; first += batch) {
        team_.say(concat("patches at step ", steps[number], ", ", first, " of ", per_step_));
        patches_ = std::span(patches).subspan(unsigned_size(first),
                                              unsigned_size(std::min(batch, per_step_ - first)));
        first_ = signed_size(number) * per_step_ + first;
        run_batch(left[number], steps[number]);
      }
    }
  }

  /// Patches of one step that leave the trunk together, one behind the other.
  void run_batch(const Tensor& left, std::int64_t s) {
    const auto copies = signed_size(patches_.size());
    auto states = left.repeat({copies, 1, 1, 1, 1});
    const auto told = told_rows(states.size(0), run_.told_class, run_.strength);
    const auto end = std::min(s + plan_.options().patch_length, replicas_.steps);
    for (std::int64_t at = s; at < end; ++at) {
      const diffusion::ReverseStep& step = path_.steps()[unsigned_size(at)];
      const auto t =
          torch::full({states.size(0)}, step.from, states.options().dtype(torch::kInt64));
      begins_ = at == s;
      const auto predicted = patching_(states, {t, told});
      states = diffusion::advanced(step, states, predicted.noise);
    }
    if (end < replicas_.steps)
      states = diffusion::run_branches(path_.after(end), plain_, states, {}, {}, told).trunk;
    for (std::int64_t copy = 0; copy < copies; ++copy) {
      // A patch at a time: what a classifier makes of an image depends on its batch.
      const auto ends = states.narrow(0, copy * group_.count, group_.count);
      put(compare_pairs(look_(ends.flatten(0, 1))), first_ + copy, out_.patched);
    }
  }

  Tensor change(std::int64_t layer, const Tensor& tokens) {
    Tensor changed;
    for (std::int64_t copy = 0; copy < signed_size(patches_.size()); ++copy) {
      const Patch& patch = patches_[unsigned_size(copy)];
      if (patch.layer != layer) continue;
      if (!changed.defined()) changed = tokens.clone();
      const auto rows = tokens.narrow(0, copy * group_.count, group_.count);
      const auto difference = rows.select(1, 0) - rows.select(1, 1);
      const auto part = parts_.of(patch.part, layer, difference);
      changed.narrow(0, copy * group_.count, group_.count).copy_(patched(rows, part, patch.kind));
      if (!begins_) continue;
      put_energy(part, first_ + copy, out_.part);
      put_energy(difference, first_ + copy, out_.whole);
    }
    return changed;
  }

  /// (metrics, M) of a patch, at the place of this group.
  void put(const std::array<Tensor, kAgreementCount>& values, std::int64_t place,
           std::vector<double>& to) const {
    for (std::int64_t metric = 0; metric < kAgreementCount; ++metric) {
      const auto here = values[unsigned_size(metric)].to(torch::kCPU).contiguous();
      std::copy_n(here.data_ptr<double>(), group_.count,
                  to.begin() + (place * kAgreementCount + metric) * replicas_.pairs + group_.first);
    }
  }
  void put_energy(const Tensor& x, std::int64_t place, std::vector<double>& to) const {
    const auto here = x.to(torch::kFloat64).square().sum({1, 2}).to(torch::kCPU).contiguous();
    std::copy_n(here.data_ptr<double>(), group_.count,
                to.begin() + place * replicas_.pairs + group_.first);
  }

  const DifferencePatchingPlan& plan_;
  const ReplicaOptions& replicas_;
  const ReplicaNoise& noise_;
  PatchedRun run_;
  const std::function<ImageViews(const Tensor&)>& look_;
  const parallel::Team& team_;
  diffusion::SamplingPath path_;
  DifferenceParts parts_;
  diffusion::Denoiser plain_, patching_;
  std::int64_t per_step_;
  Group group_{};
  std::span<const Patch> patches_;  // of the evaluation that is under way
  std::int64_t first_ = 0;          // their place among all
  bool begins_ = false;             // this is a patch's first step
  PatchedPairs out_;
};

}  // namespace

PatchedPairs run_patches(const DifferencePatchingPlan& plan, const ChangedDenoiser& denoiser,
                         const StartModes& modes, const ReplicaNoise& noise, const PatchedRun& run,
                         const std::function<ImageViews(const Tensor&)>& look,
                         const parallel::Team& team) {
  return Run(plan, denoiser, modes, noise, run, look, team).run();
}

}  // namespace syncgap::experiments
