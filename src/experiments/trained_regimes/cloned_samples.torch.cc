#include "experiments/trained_regimes/cloned_samples.h"

#include <algorithm>
#include <limits>
#include <map>
#include <span>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"
#include "diffusion/branches.h"
#include "diffusion/normals.h"
#include "networks/tensor_values.h"
#include "parallel/dealt.h"

// Shapes: B trajectories of a group, d = C H W numbers an image, n training images.
namespace syncgap::experiments {
namespace {

using cloud::NoiseLevel;
using torch::Tensor;

/// Independent noise of every path, numbered by trajectory and step.
class PathStreams {
 public:
  explicit PathStreams(const RegimeSeed& seed) : seed_(seed) {}

  const RandomStream& of(const diffusion::BranchKey& path) {
    const auto key = std::pair(path.step, path.number);
    const auto found = streams_.find(key);
    if (found != streams_.end()) return found->second;
    return streams_
        .emplace(key, RandomStream(seed_.sweep, "generation", {seed_.seed, path.step, path.number}))
        .first->second;
  }

 private:
  RegimeSeed seed_;
  std::map<std::pair<std::int64_t, std::int64_t>, RandomStream> streams_;
};

std::vector<std::uint32_t> nearest_images(const cloud::PointCloud& cloud, NoiseLevel level,
                                          const Tensor& states) {
  return cloud.nearest(level, networks::values_of(states));
}

/// Follows the nearest image of a group's trunks.
class NearestTracker {
 public:
  NearestTracker(const SamplePlan& plan, const cloud::PointCloud& cloud, std::int64_t count)
      : plan_(plan), cloud_(cloud), last_change_(count, std::numeric_limits<float>::quiet_NaN()) {}

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
    for (std::size_t k = 0; k < nearest_.size(); ++k)
      if (nearest[k] != nearest_[k]) last_change_[k] = to_float(0.5 * (time + time_));
    nearest_ = std::move(nearest);
    time_ = time;
  }

  const SamplePlan& plan_;
  const cloud::PointCloud& cloud_;
  std::vector<float> last_change_;
  std::vector<std::uint32_t> nearest_;
  double time_ = 0;
};

template <class From, class To>
void copy_to(std::vector<To>& out, std::int64_t at, const std::vector<From>& values) {
  std::transform(values.begin(), values.end(), out.begin() + at,
                 [](From value) { return static_cast<To>(value); });
}

template <class To>
void copy_to(std::vector<To>& out, std::int64_t at, const Tensor& values) {
  copy_to(out, at, networks::values_of(values));
}

}  // namespace

ClonedSamples draw_cloned_samples(const SamplePlan& plan, const diffusion::Denoiser& denoiser,
                                  const ClassOf& class_of, const RegimeImages& images,
                                  const Tensor& pixels, const RegimeSeed& seed,
                                  const parallel::Communicator& team, torch::Device device) {
  SYNCGAP_EXPECTS(plan.neighbours >= 2 && plan.neighbours <= pixels.size(0));
  const torch::NoGradGuard no_grad;
  const std::int64_t total = plan.trajectories, steps = std::ssize(plan.branch_steps);
  const std::int64_t d = images.cloud.dimension();
  ClonedSamples out;
  for (auto* each : {&out.trunk_class, &out.trunk_image}) each->resize(total);
  for (auto* each : {&out.clone_class, &out.clone_image}) each->resize(steps * total);
  out.neighbour.resize(total * plan.neighbours);
  out.neighbour_distance.resize(total * plan.neighbours);
  out.last_change.resize(total);
  out.pixels.resize(plan.kept * d);

  const RandomStream start_stream(seed.sweep, "generation start", {seed.seed});
  PathStreams streams(seed);
  std::vector<diffusion::Branch> clones;
  for (const std::int64_t step : plan.branch_steps) clones.push_back({{step, 1}});
  const auto path = diffusion::SamplingPath::ddpm(*plan.schedule);
  const auto flat_pixels = pixels.flatten(1);  // (n, d)
  const parallel::Dealt dealt(total, plan.group, team);
  for (const auto& group : dealt.mine()) {
    const std::int64_t first = group.first, count = group.count;
    const auto normals = [&](const RandomStream& stream, std::int64_t t) {
      return diffusion::trajectory_normals(
          stream, first, {count, 1, pixels.size(1), pixels.size(2), pixels.size(3)}, t, device);
    };
    NearestTracker tracker(plan, images.cloud, count);
    const auto ends = diffusion::run_branches(
        path, denoiser, normals(start_stream, 0), clones,
        [&](const diffusion::BranchKey& key, std::int64_t t) {
          return normals(streams.of(key), t);
        },
        {}, [&](const diffusion::TrunkStep& step) { tracker.look(step.t, step.states); });

    const auto trunk = ends.trunk.squeeze(1);  // (B, C, H, W)
    copy_to(out.trunk_image, first, tracker.finish(trunk));
    copy_to(out.last_change, first, tracker.last_change());
    copy_to(out.trunk_class, first, class_of(trunk));
    for (std::int64_t s = 0; s < steps; ++s) {
      const auto clone = ends.branches[s].squeeze(1);
      copy_to(out.clone_class, s * total + first, class_of(clone));
      copy_to(out.clone_image, s * total + first, nearest_images(images.cloud, {1, 1}, clone));
    }
    // By differences, not by products: small distances are what matters.
    const auto distances =
        torch::cdist(trunk.flatten(1).to(torch::kCPU), flat_pixels, 2, 2);  // (B, n)
    const auto nearest = distances.topk(plan.neighbours, 1, false, true);
    copy_to(out.neighbour_distance, first * plan.neighbours, std::get<0>(nearest));
    copy_to(out.neighbour, first * plan.neighbours, std::get<1>(nearest));
    if (first < plan.kept)
      copy_to(out.pixels, first * d, trunk.narrow(0, 0, std::min(count, plan.kept - first)));
  }
  for (auto* each :
       {&out.trunk_class, &out.trunk_image, &out.clone_class, &out.clone_image, &out.neighbour})
    dealt.gather(std::span<std::int64_t>(*each));
  for (auto* each : {&out.neighbour_distance, &out.last_change, &out.pixels})
    dealt.gather(std::span<float>(*each));
  return out;
}

}  // namespace syncgap::experiments
