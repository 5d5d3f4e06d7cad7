#include "experiments/coupled_cloning/generation.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "diffusion/branches.h"
#include "diffusion/clean_prediction.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/normals.h"
#include "networks/tensor_values.h"
#include "parallel/dealt.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

/// Noise of trunk and clones, each path's own, numbered by trajectory and step.
class PairNoise {
 public:
  PairNoise(const GenerationPlan& plan, const CoupledPairPlan& pairs, torch::Device device)
      : plan_(plan),
        pairs_(pairs),
        device_(device),
        start_(plan.sweep_seed, "initial noise", {plan.seed}),
        trunk_(plan.sweep_seed, "reverse trunk noise", {plan.seed}) {
    for (const std::int64_t step : plan.branch_steps)
      clones_.emplace(step,
                      RandomStream(plan.sweep_seed, "reverse clone noise", {plan.seed, step}));
  }

  Tensor start(parallel::Dealt::Group group) const { return normals(start_, group, 0); }
  Tensor of(const diffusion::BranchKey& path, parallel::Dealt::Group group, std::int64_t t) const {
    return normals(path.is_trunk() ? trunk_ : clones_.at(path.step), group, t);
  }

 private:
  Tensor normals(const RandomStream& stream, parallel::Dealt::Group group, std::int64_t t) const {
    const auto drawn = diffusion::trajectory_normals(stream, group.first,
                                                     pairs_.state_shape(group.count), t, device_);
    return diffusion::couple_noise(drawn, plan_.coupling_strength);
  }

  const GenerationPlan& plan_;
  const CoupledPairPlan& pairs_;
  torch::Device device_;
  RandomStream start_, trunk_;
  std::map<std::int64_t, RandomStream> clones_;
};

}  // namespace

LabelledEnds generate_ends(const GenerationPlan& plan, const CoupledPairPlan& pairs,
                           const diffusion::NoiseSchedule& schedule,
                           const models::TrainedDenoiser& model, const PairClassifiers& classifiers,
                           const parallel::Team& team) {
  const CoupledCloningOptions& options = *plan.options;
  const std::int64_t total = options.trajectories, steps = std::ssize(plan.branch_steps);
  auto denoiser = model.denoiser();
  if (options.within_range)
    denoiser = diffusion::within_range(schedule, std::move(denoiser), torch::tensor(plan.pixel_low),
                                       torch::tensor(1.0));
  std::vector<diffusion::Branch> clones;
  for (const std::int64_t step : plan.branch_steps) clones.push_back({{step, 1}});
  const auto path = diffusion::SamplingPath::ddpm(schedule);
  const PairNoise noise(plan, pairs, model.device);

  LabelledEnds seen;
  for (std::int64_t m = 0; m < kModes; ++m) {
    seen.trunk[m].resize(total);
    seen.clones[m].resize(total * steps);
  }
  const std::int64_t numbers = c10::multiply_integers(pairs.state_shape(1));
  seen.pixels.resize(plan.kept * numbers);
  const parallel::Dealt dealt(total, options.group, team.ranks());
  for (const auto& group : dealt.mine()) {
    team.say(concat("clones trajectories, ", group.first, " of ", total, " done"));
    const auto ends = diffusion::run_branches(
        path, denoiser, noise.start(group), clones,
        [&](const diffusion::BranchKey& key, std::int64_t t) { return noise.of(key, group, t); });
    if (group.first < plan.kept) {
      const auto kept = std::min(group.count, plan.kept - group.first);
      const auto values = networks::values_of(ends.trunk.narrow(0, 0, kept));
      std::transform(values.begin(), values.end(), seen.pixels.begin() + group.first * numbers,
                     to_float);
    }
    for (std::int64_t m = 0; m < kModes; ++m) {
      const auto trunk = classifiers.labels(m, ends.trunk, plan.pixel_low);
      std::copy(trunk.begin(), trunk.end(), seen.trunk[m].begin() + group.first);
      for (std::int64_t s = 0; s < steps; ++s) {
        const auto clone = classifiers.labels(m, ends.branches[s], plan.pixel_low);
        for (std::int64_t k = 0; k < group.count; ++k)
          seen.clones[m][(group.first + k) * steps + s] = clone[k];
      }
    }
  }
  for (std::int64_t m = 0; m < kModes; ++m) {
    dealt.gather(std::span<std::int64_t>(seen.trunk[m]));
    dealt.gather(std::span<std::int64_t>(seen.clones[m]));
  }
  dealt.gather(std::span<float>(seen.pixels));
  return seen;
}

}  // namespace syncgap::experiments
