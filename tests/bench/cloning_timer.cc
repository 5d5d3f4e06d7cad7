// Protocol II's scan on one core: all branch steps from one trunk as one growing batch, against
// each branch step by itself, and against the bare network on the same batches. Prints a table.
#include <cstdio>
#include <string>
#include <vector>

#include "core/random.h"
#include "diffusion/branches.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/reference_loops.h"
#include "models/denoiser_network.h"
#include "networks/freed_memory.h"
#include "networks/initialize.h"
#include "networks/unet.h"
#include "stopwatch.h"

namespace syncgap {
namespace {

using torch::Tensor;

constexpr std::int64_t kSteps = 40, kGroup = 32;
constexpr double kCoupling = 0.5;

Tensor noise(const char* purpose, std::int64_t path, std::int64_t step) {
  const RandomStream stream(1, purpose, {path});
  auto out = torch::empty({kGroup, 2, 1, 28, 28});
  const std::size_t size = 2 * 28 * 28;
  for (std::size_t k = 0; k < kGroup; ++k)
    stream.fill_normals<float>(k, static_cast<std::uint32_t>(step),
                               {out.data_ptr<float>() + k * size, size});
  return diffusion::couple_noise(out, kCoupling);
}

struct Timing {
  double seconds = 0;
  double evaluations = 0;
};

int run() {
  at::set_num_threads(1);
  networks::keep_freed_memory();
  networks::UNetShape shape;
  shape.width = 8;
  shape.groups = 4;
  const auto network = models::make_unet(shape);
  networks::initialize(network->module(), RandomStream(1, "weights"));
  network->module().eval();
  const torch::NoGradGuard no_grad;
  const auto schedule = diffusion::NoiseSchedule::linear(kSteps, 1e-3, 0.1);
  const auto path = diffusion::SamplingPath::ddpm(schedule);
  std::vector<diffusion::Branch> clones;
  for (std::int64_t step = 2; step < kSteps; step += 2) clones.push_back({{step, 1}});

  double evaluations = 0;
  std::vector<Tensor> seen;
  bool keep = true;
  const diffusion::Denoiser denoiser = [&](const Tensor& z, const diffusion::Conditions& told) {
    evaluations += static_cast<double>(z.size(0));
    if (keep) seen.push_back(z.clone());
    return network->predict(z, told);
  };
  const auto at_step = [&](const Tensor& z, std::int64_t t) {
    return denoiser(z, {torch::full({z.size(0)}, t, torch::kInt64)}).noise;
  };
  const auto timed = [&](const auto& work) {
    evaluations = 0;
    const Stopwatch watch;
    work();
    return Timing{watch.cpu(), evaluations};
  };
  const auto start = noise("start", 0, 0);
  // Memory of the largest batch is there before anything is timed, as after a first group.
  at_step(start.repeat({std::ssize(clones) + 1, 1, 1, 1, 1}), 0);
  seen.clear();
  const auto growing = [&] {
    diffusion::run_branches(
        path, denoiser, start, clones,
        [](const diffusion::BranchKey& key, std::int64_t t) { return noise("path", key.step, t); });
  };
  growing();  // keeps what it shows the network, which is no part of what is timed
  keep = false;
  const Timing shared = timed(growing);
  // The same states: what a network costs depends on what it is shown.
  const Timing bare = timed([&] {
    for (std::size_t k = 0; k < seen.size(); ++k)
      at_step(seen[k], kSteps - 1 - static_cast<std::int64_t>(k));
  });
  const Timing normals = timed([&] {
    for (const Tensor& states : seen)
      for (std::int64_t row = 0; row < states.size(0) / kGroup; ++row)
        evaluations += static_cast<double>(noise("path", row, 3).size(0));
  });
  const Timing alone = timed([&] {
    for (const diffusion::Branch& clone : clones) {
      const std::int64_t step = clone.key.step;
      const auto state =
          diffusion::reference::run_ddpm(schedule, at_step, start, kSteps - 1, step,
                                         [](std::int64_t t) { return noise("trunk", 0, t); });
      diffusion::reference::run_ddpm(
          schedule, at_step, torch::cat({state, state}), step, -1, [&](std::int64_t t) {
            return torch::cat({noise("first", step, t), noise("second", step, t)});
          });
    }
  });
  std::printf("%zu branch steps of %lld, %lld trajectories, U-Net of %lld numbers, one core\n",
              clones.size(), static_cast<long long>(kSteps), static_cast<long long>(kGroup),
              static_cast<long long>(networks::parameter_count(network->module())));
  std::printf("%-44s %10s %12s %14s\n", "", "seconds", "evaluations", "evaluations/s");
  const auto row = [](const char* name, const Timing& timing) {
    std::printf("%-44s %10.2f %12.0f %14.0f\n", name, timing.seconds, timing.evaluations,
                timing.evaluations / timing.seconds);
  };
  row("each branch step by itself", alone);
  row("one growing batch", shared);
  row("bare network, the same batches", bare);
  row("its noise alone", normals);
  std::printf(
      "growing batch: %.2f times faster than each by itself (goal 5); %.0f%% of the bare "
      "network's rate (goal 90)\n",
      alone.seconds / shared.seconds, 100 * bare.seconds / shared.seconds);
  return 0;
}

}  // namespace
}  // namespace syncgap

int main() { return syncgap::run(); }
