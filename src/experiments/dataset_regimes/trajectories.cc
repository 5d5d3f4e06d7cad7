#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "cloud/principal_component.h"
#include "core/check.h"
#include "experiments/shared/interval_observables.h"
#include "experiments/shared/regime_parts.h"
#include "observables/resampled_means.h"
#include "sde/denoised_cloning.h"

// Shapes: M trajectories of a batch, d numbers per image.
namespace syncgap::experiments {
namespace {

using cloud::NoiseLevel;
using cloud::Posterior;
using cloud::PosteriorMean;

/// Trajectories that advance together with all their clones: many rows to one product, and still
/// only as much memory as a few thousand images.
constexpr std::size_t kTrajectoriesTogether = 64;

constexpr std::size_t kImagesForDirection = 4000;

/// Follows the trunks: nearest image, projections, pictures.
class TrunkRecorder {
 public:
  TrunkRecorder(const RegimeImages& images, const TrajectoryPlan& plan,
                const std::vector<double>& reverse_times, Results& results)
      : images_(images), plan_(plan), times_(reverse_times), results_(results) {
    for (const double t : plan.times) snapshot_steps_.push_back(sde::nearest_step(times_, t));
    for (const double t : plan.frame_times) frame_steps_.push_back(sde::nearest_step(times_, t));
    find_direction();
  }

  void begin(std::size_t first, std::size_t count) {
    first_ = first;
    nearest_.assign(count, 0);
    last_change_.assign(count, times_.back());
  }

  void observe(const sde::TrunkView& view) {
    const std::size_t d = images_.cloud.dimension(), count = nearest_.size();
    for (std::size_t m = 0; m < count; ++m) {
      const std::span<const double> x = view.states.subspan(m * d, d);
      if (view.step + 1 < times_.size() && view.step > 0 && view.denoised.nearest[m] != nearest_[m])
        last_change_[m] = 0.5 * (view.time + times_[view.step + 1]);
      nearest_[m] = view.denoised.nearest[m];
      for (std::size_t t = 0; t < snapshot_steps_.size(); ++t)
        if (snapshot_steps_[t] == view.step)
          results_["projection"][(first_ + m) * snapshot_steps_.size() + t] = project(x, view.time);
      for (std::size_t s = 0; s < plan_.strips.size(); ++s)
        if (plan_.strips[s] == static_cast<std::int64_t>(first_ + m))
          keep_pictures(s, x, std::span(view.denoised.means).subspan(m * d, d), view);
    }
  }

  void end() {
    std::copy(last_change_.begin(), last_change_.end(),
              results_["trajectory_last_change"].begin() + static_cast<std::ptrdiff_t>(first_));
  }

 private:
  /// The principal direction of the images as they are in the trajectories, with all channels. It
  /// only serves to look at: a few thousand images are enough.
  void find_direction() {
    const std::size_t d = images_.cloud.dimension(), n = images_.cloud.count();
    const std::size_t stride = (n + kImagesForDirection - 1) / kImagesForDirection;
    std::vector<double> points;
    for (std::size_t i = 0; i < n; i += stride) {
      points.resize(points.size() + d);
      images_.cloud.copy_point(i, std::span(points).last(d));
    }
    direction_ = cloud::Covariance(std::move(points), d).principal().direction;
    const auto centre = images_.cloud.centre();
    for (std::size_t k = 0; k < d; ++k) centre_along_ += direction_[k] * centre[k];
  }

  double project(std::span<const double> x, double t) const {
    double along = -std::exp(-t) * centre_along_;
    for (std::size_t k = 0; k < x.size(); ++k) along += direction_[k] * x[k];
    return along;
  }

  void keep_pictures(std::size_t strip, std::span<const double> x, std::span<const double> mean,
                     const sde::TrunkView& view) {
    const std::size_t d = x.size(), plane = images_.shape.plane();
    for (std::size_t f = 0; f < frame_steps_.size(); ++f) {
      if (frame_steps_[f] != view.step) continue;
      const std::size_t at = (strip * frame_steps_.size() + f) * d;
      const std::span<double> state = results_["picture"].subspan(at, d);
      const std::span<double> denoised = results_["denoised_picture"].subspan(at, d);
      // With the mean of the channel put back, as it would be at this time.
      for (std::size_t k = 0; k < d; ++k) {
        state[k] = x[k] + std::exp(-view.time) * images_.channel_mean[k / plane];
        denoised[k] = mean[k] + images_.channel_mean[k / plane];
      }
    }
  }

  const RegimeImages& images_;
  const TrajectoryPlan& plan_;
  const std::vector<double>& times_;
  Results& results_;
  std::vector<std::size_t> snapshot_steps_, frame_steps_;
  std::vector<double> direction_;  // (d)
  double centre_along_ = 0;
  std::size_t first_ = 0;
  std::vector<std::uint32_t> nearest_;
  std::vector<double> last_change_;
};

}  // namespace

void measure_trajectories(const RegimeImages& images, const DatasetRegimesOptions& options,
                          const TrajectoryPlan& plan, const RegimeSeed& seed, Results& results) {
  const std::size_t d = images.cloud.dimension(), branches = plan.branch_times.size();
  sde::DenoisedCloning cloning{options.reverse_times(), {}, d, options.step_scheme()};
  std::vector<double> clone_times;
  for (const double t : plan.branch_times) {
    cloning.branch_steps.push_back(std::max<std::size_t>(1, sde::nearest_step(cloning.times, t)));
    clone_times.push_back(cloning.times[cloning.branch_steps.back()]);
  }
  const sde::Denoiser denoise = [&](double time, std::span<const double> states) {
    Posterior p = images.cloud.posterior(NoiseLevel::ornstein_uhlenbeck(time), states, {},
                                         PosteriorMean::compute);
    sde::Denoised out{std::move(p.mean), std::move(p.nearest), {}};
    for (const double weight : p.largest_weight)
      out.settled.push_back(weight >= 1 - options.settled_weight);
    return out;
  };

  TrunkRecorder recorder(images, plan, cloning.times, results);
  std::vector<std::uint64_t> same_class(branches, 0), same_image(branches, 0);
  for (std::size_t first = 0; first < plan.trajectories; first += kTrajectoriesTogether) {
    const std::size_t count = std::min(kTrajectoriesTogether, plan.trajectories - first);
    recorder.begin(first, count);
    const sde::CloneFates fates =
        sde::run_cloned(cloning, denoise, seed.sweep, seed.seed, first, count,
                        [&](const sde::TrunkView& view) { recorder.observe(view); });
    recorder.end();
    for (std::size_t m = 0; m < count; ++m) {
      const std::uint32_t end = fates.trunk[m];
      results["final_class"][first + m] = images.classes[images.groups[end]];
      results["final_image"][first + m] = images.chosen[end];
      const auto strip =
          std::find(plan.strips.begin(), plan.strips.end(), static_cast<std::int64_t>(first + m));
      for (std::size_t b = 0; b < branches; ++b) {
        const std::uint32_t clone = fates.clones[b * count + m];
        same_class[b] += images.groups[clone] == images.groups[end];
        same_image[b] += clone == end;
        if (strip == plan.strips.end()) continue;
        const auto s = static_cast<std::size_t>(strip - plan.strips.begin());
        results["clone_class"][s * branches + b] = images.classes[images.groups[clone]];
        results["clone_image"][s * branches + b] = images.chosen[clone];
        const std::span<double> picture =
            results["clone_picture"].subspan((s * branches + b) * d, d);
        images.cloud.copy_point(clone, picture);
        for (std::size_t k = 0; k < d; ++k)
          picture[k] += images.channel_mean[k / images.shape.plane()];
      }
    }
  }

  const std::vector<ExactAgreement> exact = exact_agreements(images, options, clone_times, seed);
  for (std::size_t b = 0; b < branches; ++b) {
    results["clone_time"][b] = clone_times[b];
    put_share(results, "clone_agreement", b, same_class[b], plan.trajectories);
    put_share(results, "clone_collapse", b, same_image[b], plan.trajectories);
    put(results, "clone_agreement_exact", b, exact[b].of_class, exact[b].class_interval);
    put(results, "clone_collapse_exact", b, exact[b].of_image, exact[b].image_interval);
  }
  const observables::ResampledMeans mean(results["trajectory_last_change"], 1,
                                         seed.stream("resampled trajectories"),
                                         static_cast<std::size_t>(options.resamples));
  put(results, "trajectory_last_change_mean", 0, mean.means()[0], mean.interval(0));
}

}  // namespace syncgap::experiments
