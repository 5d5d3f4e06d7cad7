#include "experiments/trained_regimes/cloned_samples.h"

#include <algorithm>
#include <map>
#include <span>

#include "core/check.h"
#include "core/random.h"
#include "diffusion/normals.h"
#include "parallel/dealt.h"

// Shapes: B trajectories of a group, d = C H W numbers an image, n training images.
namespace syncgap::experiments {
namespace {

using cloud::NoiseLevel;
using diffusion::ClonePath;
using torch::Tensor;

/// Independent noise of every path, numbered by trajectory and step.
class PathStreams {
 public:
  explicit PathStreams(const RegimeSeed& seed) : seed_(seed) {}

  const RandomStream& of(const ClonePath& path) {
    const auto key = std::pair(path.scan_step, path.clone);
    const auto found = streams_.find(key);
    if (found != streams_.end()) return found->second;
    return streams_
        .emplace(key,
                 RandomStream(seed_.sweep, "generation", {seed_.seed, path.scan_step, path.clone}))
        .first->second;
  }

 private:
  RegimeSeed seed_;
  std::map<std::pair<std::int64_t, std::int64_t>, RandomStream> streams_;
};

std::vector<std::uint32_t> nearest_images(const cloud::PointCloud& cloud, NoiseLevel level,
                                          const Tensor& states) {
  const auto numbers = states.to(torch::kFloat64).contiguous();
  return cloud.nearest(level,
                       {numbers.data_ptr<double>(), static_cast<std::size_t>(numbers.numel())});
}

/// Follows the nearest image of a group's trunks.
class NearestTracker {
 public:
  NearestTracker(const CloningPlan& plan, const cloud::PointCloud& cloud, std::int64_t count)
      : plan_(plan), cloud_(cloud), last_change_(static_cast<std::size_t>(count)) {}

  void look(std::int64_t t, const Tensor& states) {
    if (t % plan_.nearest_every != 0) return;
    const double time = plan_.schedule->ou_time(t);
    compare(time, nearest_images(cloud_, NoiseLevel::ornstein_uhlenbeck(time), states));
  }

  /// The clean ends: at time 0 the nearest image is that of the smallest distance.
  std::vector<std::uint32_t> finish(const Tensor& ends) {
    compare(0, nearest_images(cloud_, {1, 1}, ends));
    return nearest_;
  }
  const std::vector<float>& last_change() const { return last_change_; }

 private:
  void compare(double time, std::vector<std::uint32_t> nearest) {
    for (std::size_t k = 0; k < nearest.size(); ++k)
      if (nearest_.empty())
        last_change_[k] = static_cast<float>(time);
      else if (nearest[k] != nearest_[k])
        last_change_[k] = static_cast<float>(0.5 * (time + time_));
    nearest_ = std::move(nearest);
    time_ = time;
  }

  const CloningPlan& plan_;
  const cloud::PointCloud& cloud_;
  std::vector<float> last_change_;
  std::vector<std::uint32_t> nearest_;
  double time_ = 0;
};

template <class Number>
void copy_to(std::vector<float>& out, std::int64_t at, std::span<const Number> values) {
  std::transform(values.begin(), values.end(), out.begin() + at,
                 [](Number value) { return static_cast<float>(value); });
}

void copy_to(std::vector<float>& out, std::int64_t at, const Tensor& values) {
  const auto numbers = values.to(torch::kFloat32).contiguous();
  copy_to<float>(out, at, {numbers.data_ptr<float>(), static_cast<std::size_t>(numbers.numel())});
}

}  // namespace

ClonedSamples draw_cloned_samples(const CloningPlan& plan, const diffusion::Denoiser& denoiser,
                                  const ClassOf& class_of, const RegimeImages& images,
                                  const Tensor& pixels, const RegimeSeed& seed,
                                  const parallel::Communicator& team) {
  SYNCGAP_EXPECTS(plan.neighbours >= 2 && plan.neighbours <= pixels.size(0));
  const torch::NoGradGuard no_grad;
  const auto total = static_cast<std::size_t>(plan.trajectories);
  const std::size_t scans = plan.scan_steps.size(), d = images.cloud.dimension();
  ClonedSamples out;
  for (auto* each : {&out.trunk_class, &out.trunk_image, &out.last_change}) each->resize(total);
  for (auto* each : {&out.clone_class, &out.clone_image}) each->resize(scans * total);
  for (auto* each : {&out.neighbour, &out.neighbour_distance})
    each->resize(total * static_cast<std::size_t>(plan.neighbours));
  out.picture.resize(static_cast<std::size_t>(plan.pictures) * d);

  const RandomStream start_stream(seed.sweep, "generation start", {seed.seed});
  PathStreams streams(seed);
  const diffusion::CloningScan scan{plan.scan_steps, 2};
  const auto flat_pixels = pixels.flatten(1);  // (n, d)
  const parallel::Dealt dealt(plan.trajectories, plan.group, team);
  for (const auto& group : dealt.mine()) {
    const std::int64_t first = group.first, count = group.count;
    const std::vector<std::int64_t> shape{count, pixels.size(1), pixels.size(2), pixels.size(3)};
    NearestTracker tracker(plan, images.cloud, count);
    const auto ends = diffusion::run_cloning(
        *plan.schedule, denoiser, scan,
        diffusion::trajectory_normals(start_stream, first, shape, 0),
        [&](const ClonePath& path, std::int64_t t) {
          return diffusion::trajectory_normals(streams.of(path), first, shape, t);
        },
        [&](std::int64_t t, const Tensor& states, const Tensor&) { tracker.look(t, states); });

    copy_to<std::uint32_t>(out.trunk_image, first, tracker.finish(ends.trunk));
    copy_to<float>(out.last_change, first, tracker.last_change());
    copy_to(out.trunk_class, first, class_of(ends.trunk));
    for (std::size_t s = 0; s < scans; ++s) {
      const auto at = static_cast<std::int64_t>(s * total) + first;
      const auto clones = ends.clones[s][0];  // (B, C, H, W)
      copy_to(out.clone_class, at, class_of(clones));
      copy_to<std::uint32_t>(out.clone_image, at, nearest_images(images.cloud, {1, 1}, clones));
    }
    // By differences, not by products: small distances are what matters.
    const auto distances = torch::cdist(ends.trunk.flatten(1), flat_pixels, 2, 2);  // (B, n)
    const auto nearest = distances.topk(plan.neighbours, 1, false, true);
    copy_to(out.neighbour_distance, first * plan.neighbours, std::get<0>(nearest));
    copy_to(out.neighbour, first * plan.neighbours, std::get<1>(nearest));
    if (first < plan.pictures)
      copy_to(out.picture, first * static_cast<std::int64_t>(d),
              ends.trunk.narrow(0, 0, std::min(count, plan.pictures - first)));
  }
  for (auto* each : {&out.trunk_class, &out.trunk_image, &out.clone_class, &out.clone_image,
                     &out.last_change, &out.neighbour, &out.neighbour_distance, &out.picture})
    dealt.gather(std::span<float>(*each));
  return out;
}

}  // namespace syncgap::experiments
