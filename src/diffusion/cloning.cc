#include "diffusion/cloning.h"

#include <algorithm>

#include "core/check.h"

// Shapes: B trajectories of a group; P paths under way, path p in rows [p B, (p + 1) B).
namespace syncgap::diffusion {

using torch::Tensor;

void CloningScan::check(std::int64_t schedule_steps) const {
  require_input(clones >= 2, "agreement needs at least two clones (clones = ", clones, ")");
  auto sorted = steps;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    require_input(sorted[i] >= 0 && sorted[i] < schedule_steps,
                  "there is no such step to clone at (scan step ", sorted[i], ", the schedule has ",
                  schedule_steps, "): give steps from 0 to ", schedule_steps - 1);
    require_input(i == 0 || sorted[i] != sorted[i - 1], "a scan step is given twice (", sorted[i],
                  "): give each once");
  }
}

CloneEnds run_cloning(const NoiseSchedule& schedule, const Denoiser& denoiser,
                      const CloningScan& scan, const Tensor& start, const PathNoise& noise,
                      const TrunkObserver& observe) {
  const torch::NoGradGuard no_grad;
  scan.check(schedule.steps());
  const std::int64_t group = start.size(0);
  std::vector<ClonePath> paths{{}};
  Tensor states = start;  // (P B, C, H, W)
  for (std::int64_t t = schedule.steps() - 1; t >= 0; --t) {
    const auto predicted = denoiser(states, t);
    if (observe) observe(t, states.narrow(0, 0, group), predicted.narrow(0, 0, group));
    states = ddpm_mean(schedule, states, predicted, t);
    if (std::find(scan.steps.begin(), scan.steps.end(), t) != scan.steps.end()) {
      std::vector<Tensor> grown{states};
      for (std::int64_t clone = 1; clone < scan.clones; ++clone) {
        paths.push_back({t, clone});
        grown.push_back(states.narrow(0, 0, group));
      }
      states = torch::cat(grown);
    }
    if (const double deviation = ddpm_deviation(schedule, t); deviation > 0)
      for (std::size_t p = 0; p < paths.size(); ++p)
        states.narrow(0, static_cast<std::int64_t>(p) * group, group)
            .add_(noise(paths[p], t) * deviation);
  }
  CloneEnds ends;
  ends.trunk = states.narrow(0, 0, group);
  for (const std::int64_t step : scan.steps) {
    // The clones of a scan step left together and lie together.
    const auto first = std::find_if(paths.begin(), paths.end(),
                                    [&](const ClonePath& path) { return path.scan_step == step; });
    const auto count = scan.clones - 1;
    auto sizes = start.sizes().vec();
    sizes.insert(sizes.begin(), count);
    ends.clones.push_back(
        states.narrow(0, (first - paths.begin()) * group, count * group).view(sizes));
  }
  return ends;
}

}  // namespace syncgap::diffusion
