// What protocols I and II cost on a diffusion transformer, on one core: pairs let go at every step,
// each from its own start, against one trunk with all of them and against an adaptive scan; and
// hidden states followed through all layers against the trajectory alone. Prints a table.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <torch/nn/functional.h>
#include <utility>
#include <vector>

#include "core/grid.h"
#include "core/numbers.h"
#include "diffusion/branches.h"
#include "experiments/attention_response/responses.h"
#include "experiments/layer_energies/capture.h"
#include "experiments/layer_energies/declaration.h"
#include "experiments/replica_speciation/decoupling.h"
#include "experiments/shared/told_rows.torch.h"
#include "models/trained_denoiser.h"
#include "networks/freed_memory.h"
#include "stopwatch.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

constexpr double kCoupling = 1, kNoiseCorrelation = 1;

/// The default transformer, a little away from its start: every gate open.
models::TrainedDenoiser model_of(const ReplicaOptions& options) {
  models::TrainedDenoiser model;
  model.network = models::make_dit(options.shape(1));
  model.network->initialize(RandomStream(1, "weights"));
  const torch::NoGradGuard no_grad;
  double phase = 0;
  for (auto& item : model.network->module().named_parameters())
    if (item.value().abs().max().item<double>() == 0)
      item.value().copy_(
          torch::cos(torch::arange(item.value().numel()) * 0.7 + ++phase).view_as(item.value()) *
          0.02);
  return model;
}

Look look_by_pixels(const JudgeOptions& judge) {
  return [&judge](const Tensor& states) {
    return ImageViews{states, torch::nn::functional::normalize(states.flatten(1)),
                      states.flatten(1).sum(1).gt(0).to(torch::kInt64),
                      split_scales(states, judge)};
  };
}

/// Every t_int from its own start.
void run_naively(const ReplicaSpeciationOptions& options, const ReplicaPlan& plan,
                 const diffusion::Denoiser& denoiser, const ReplicaNoise& noise) {
  const auto path = diffusion::SamplingPath::ddim(plan.schedule(), 1, plan.visited());
  const torch::NoGradGuard no_grad;
  const parallel::Dealt::Group group{0, options.replicas.pairs};
  for (std::int64_t t_int = 0; t_int <= options.replicas.steps; ++t_int) {
    auto z = noise.start(group, options.replicas.start_spread);
    std::int64_t n = 0;
    for (const auto& step : path.steps()) {
      const bool coupled = n++ < t_int;
      const auto predicted =
          denoiser(z, {torch::full({group.count}, step.from, torch::kInt64),
                       told_rows(group.count, kNoClass, coupled ? kCoupling : 0)});
      z = z * step.on_state + predicted.noise * step.on_noise;
      if (step.deviation > 0)
        z = z + step.deviation * (coupled ? noise.coupled(group, step.from, kNoiseCorrelation)
                                          : noise.let_go(group, t_int, step.from));
    }
  }
}

struct Scanned {
  double seconds;
  double interval;  ///< length of the midpoint's, of the fine scale
  double share;     ///< of the evaluations of the naive protocol
};

Scanned scan(ReplicaSpeciationOptions options, const ReplicaPlan& plan,
             const diffusion::Denoiser& denoiser, const ReplicaNoise& noise, bool adaptive) {
  options.adaptive = adaptive;
  const Stopwatch watch;
  const parallel::Team alone;
  DecoupledPairs pairs(options, plan, denoiser, noise, {kCoupling, kNoiseCorrelation, kNoClass},
                       look_by_pixels(options.judge), alone);
  auto seen = pairs.compare({0});
  AgreementCurves curves(options.replicas.pairs, pairs.independent().across_pairs());
  curves.add(0, std::move(seen.front()));
  std::vector<std::int64_t> points(options.replicas.steps + 1);
  std::iota(points.begin(), points.end(), std::int64_t{0});
  const RandomStream stream(1, "resamples");
  scan_agreement(options, points, {}, stream, curves, [&](std::vector<std::int64_t> asked) {
    std::erase(asked, 0);
    auto found = pairs.compare(asked);
    for (std::size_t k = 0; k < asked.size(); ++k) curves.add(asked[k], std::move(found[k]));
  });
  const double seconds = watch.cpu();
  const AgreementSigmoids sigmoids(curves, stream, 300);
  const auto interval =
      sigmoids.of(Agreement::fine).midpoint(AgreementSigmoids::place(Agreement::fine)).interval;
  return {seconds, interval.high - interval.low,
          to_real(observables::scan_evaluations(curves.points(), options.replicas.steps)) /
              to_real(observables::naive_evaluations(options.replicas.steps))};
}

void measure_protocol_1(const std::string& images) {
  ReplicaSpeciationOptions options;
  options.replicas.source.data_path = images;
  options.replicas.steps = 50;
  options.replicas.pairs = options.replicas.group = 8;
  options.coarse_step = 5;
  const ReplicaPlan plan(options.replicas);
  const auto denoiser = model_of(options.replicas).denoiser();
  const ReplicaNoise noise(1, 1, {1, 2, 1, 28, 28}, torch::kCPU);
  const Stopwatch watch;
  run_naively(options, plan, denoiser, noise);
  const double naive = watch.cpu();
  const Scanned all = scan(options, plan, denoiser, noise, false),
                few = scan(options, plan, denoiser, noise, true);
  std::printf("protocol I, 50 steps, 8 pairs, %s\n", plan.shape().text().c_str());
  std::printf("  every t_int from its own start %7.1f s\n", naive);
  std::printf("  one trunk, every t_int         %7.1f s, %.2f times faster\n", all.seconds,
              naive / all.seconds);
  std::printf(
      "  one trunk, adaptive            %7.1f s, %.2f times faster (goal 3), %.3f of the "
      "evaluations, interval %.2f of the full one's (goal 1.1)\n\n",
      few.seconds, naive / few.seconds, few.share, few.interval / all.interval);
}

void measure_protocol_2(const std::string& images) {
  LayerEnergiesOptions options;
  options.replicas.source.data_path = images;
  options.replicas.steps = 20;
  options.replicas.pairs = 32;
  const ReplicaPlan plan(options.replicas);
  const auto model = model_of(options.replicas);
  const ReplicaNoise noise(1, 1, {1, 2, 1, 28, 28}, torch::kCPU);
  const auto path = diffusion::SamplingPath::ddim(plan.schedule(), 0, plan.visited());
  double plain = 0, tapped = 0;
  for (int round = 0; round < 5; ++round) {
    const Stopwatch watch;
    for (const std::int64_t first : {0, 16})
      diffusion::run_branches(path, model.denoiser(), noise.start({first, 16}, 0.5), {}, {},
                              told_rows(16, kNoClass, kCoupling));
    plain += watch.cpu();
    const Stopwatch other;
    capture_layers(options, plan, [&](const networks::LayerTap& tap) { return model.tapped(tap); },
                   noise, {kCoupling, kNoClass}, {});
    tapped += other.cpu();
  }
  std::printf("protocol II, 20 steps, 32 pairs and 2 that start alike, all layers\n");
  std::printf(
      "  trajectories alone %.1f s; followed through all layers %.1f s, %.3f times as long "
      "(%.3f of it the pairs that start alike; goal 1.1 without them)\n",
      plain, tapped, tapped / plain, 2.0 / 32);
}

Grid response_grid(const AttentionResponseOptions& options, std::vector<std::int64_t> head_steps) {
  auto axes = attention_response_axes(options);
  for (Axis& axis : axes)
    if (axis.name == "head_step") axis.values = head_steps;
  return Grid(std::move(axes));
}

/// The response at 16 symmetric states, which are the same at every g, over plain trajectories of
/// 16 pairs.
void measure_response(const std::string& images, std::int64_t count) {
  AttentionResponseOptions options;
  options.modes.count = count;
  options.replicas.source.data_path = images;
  options.replicas.steps = 20;
  // Heads at a tenth of the steps, as in a job of 100.
  const AttentionResponsePlan plan(options, response_grid(options, {0, 10}));
  // Without whole blocks and what is propagated, and heads once: a job leaves none of it out.
  options.whole_states = 0;
  const AttentionResponsePlan parts(options, response_grid(options, {0}));
  const auto model = model_of(options.replicas);
  const ReplicaNoise noise(1, 1, {1, 2, 1, 28, 28}, torch::kCPU);
  const TappedDenoiser tapped = [&](const networks::LayerTap& tap) { return model.tapped(tap); };
  const auto path =
      diffusion::SamplingPath::ddim(plan.replicas().schedule(), 0, plan.replicas().visited());
  const auto modes = start_modes(plan.replicas(), options.modes, tapped, noise, kNoClass);
  std::vector<double> plain, of_parts, all;
  for (int round = 0; round < 5; ++round) {
    const Stopwatch watch;
    for (const double g : plan.couplings())
      diffusion::run_branches(path, model.denoiser(), noise.start({0, 16}, 0.5), {}, {},
                              told_rows(16, kNoClass, g));
    plain.push_back(watch.cpu());
    for (auto* seconds : {&of_parts, &all}) {
      const Stopwatch other;
      compute_responses(seconds == &all ? plan : parts, ResponseState::symmetric, tapped,
                        *model.network->transformer(), modes, noise, kNoClass, {});
      seconds->push_back(other.cpu());
    }
  }
  const auto median = [](std::vector<double>& values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  };
  const double every = median(plain), one = every / to_real(std::ssize(plan.couplings()));
  std::printf(
      "linear response at all of %d g, 20 steps, 16 states, %d modes and %d bands\n"
      "  trajectories of 16 pairs at one g %.2f s; parts of all gains %.2f times as long (goal 4); "
      "with whole blocks, what is propagated and heads %.2f times as long, %.2f times those at "
      "every g (goal 4)\n",
      static_cast<int>(std::ssize(plan.couplings())), static_cast<int>(count),
      static_cast<int>(plan.replicas().shape().grid()), one, median(of_parts) / one,
      median(all) / one, median(all) / every);
}

int run() {
  at::set_num_threads(1);
  networks::keep_freed_memory();
  const std::string images = "/usr/share/datasets/fashion-mnist";
  measure_protocol_1(images);
  measure_protocol_2(images);
  for (const std::int64_t modes : {9, 16}) measure_response(images, modes);
  return 0;
}

}  // namespace
}  // namespace syncgap::experiments

int main() { return syncgap::experiments::run(); }
