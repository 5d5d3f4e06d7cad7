// Protocol II's scan on one core: all scan steps from one trunk as one growing batch, against each
// scan step by itself, and against the bare network on the same batches. Prints a table.
#include <cstdio>
#include <string>
#include <vector>

#include "core/random.h"
#include "diffusion/cloning.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/reverse.h"
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
  auto out = torch::empty({kGroup, 2, 28, 28});
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
  networks::UNet network(shape);
  networks::initialize(*network, RandomStream(1, "weights"));
  network->eval();
  const torch::NoGradGuard no_grad;
  const auto schedule = diffusion::NoiseSchedule::linear(kSteps, 1e-3, 0.1);
  diffusion::CloningScan scan;
  for (std::int64_t step = 2; step < kSteps; step += 2) scan.steps.push_back(step);

  double evaluations = 0;
  std::vector<Tensor> seen;
  bool keep = true;
  const diffusion::Denoiser denoiser = [&](const Tensor& z, std::int64_t t) {
    evaluations += static_cast<double>(z.size(0));
    if (keep) seen.push_back(z.clone());
    return network(z, torch::full({z.size(0)}, t, torch::kInt64));
  };
  const auto timed = [&](const auto& work) {
    evaluations = 0;
    const Stopwatch watch;
    work();
    return Timing{watch.cpu(), evaluations};
  };
  const auto start = noise("start", 0, 0);
  // Memory of the largest batch is there before anything is timed, as after a first group.
  denoiser(start.repeat({static_cast<std::int64_t>(scan.steps.size()) + 1, 1, 1, 1}), 0);
  seen.clear();
  const Timing shared = timed([&] {
    diffusion::run_cloning(schedule, denoiser, scan, start,
                           [](const diffusion::ClonePath& path, std::int64_t t) {
                             return noise("path", path.scan_step, t);
                           });
  });
  keep = false;
  // The same states: what a network costs depends on what it is shown.
  const Timing bare = timed([&] {
    for (std::size_t k = 0; k < seen.size(); ++k)
      denoiser(seen[k], kSteps - 1 - static_cast<std::int64_t>(k));
  });
  const Timing normals = timed([&] {
    for (const Tensor& states : seen)
      for (std::int64_t path = 0; path < states.size(0) / kGroup; ++path)
        evaluations += static_cast<double>(noise("path", path, 3).size(0));
  });
  const Timing alone = timed([&] {
    for (const std::int64_t step : scan.steps) {
      const auto state = diffusion::run_ddpm(schedule, denoiser, start, kSteps - 1, step,
                                             [](std::int64_t t) { return noise("trunk", 0, t); });
      diffusion::run_ddpm(schedule, denoiser, torch::cat({state, state}), step, -1,
                          [&](std::int64_t t) {
                            return torch::cat({noise("first", step, t), noise("second", step, t)});
                          });
    }
  });
  std::printf("%zu scan steps of %lld, %lld trajectories, U-Net of %lld numbers, one core\n",
              scan.steps.size(), static_cast<long long>(kSteps), static_cast<long long>(kGroup),
              static_cast<long long>(networks::parameter_count(*network)));
  std::printf("%-44s %10s %12s %14s\n", "", "seconds", "evaluations", "evaluations/s");
  const auto row = [](const char* name, const Timing& timing) {
    std::printf("%-44s %10.2f %12.0f %14.0f\n", name, timing.seconds, timing.evaluations,
                timing.evaluations / timing.seconds);
  };
  row("each scan step by itself", alone);
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
