#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "cloud/principal_component.h"
#include "core/check.h"
#include "core/numbers.h"
#include "experiments/dataset_regimes/parts.h"
#include "experiments/shared/exact_regimes.h"
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

/// Follows the trunks: nearest image, projections, images on the way.
class TrunkRecorder {
 public:
  TrunkRecorder(const RegimeImages& images, const TrajectoryPlan& plan,
                const std::vector<double>& reverse_times, Results& results)
      : images_(images),
        plan_(plan),
        times_(reverse_times),
        results_(results),
        projection_(results.cells("projection")) {
    for (const double t : plan.times) snapshot_steps_.push_back(sde::nearest_step(times_, t));
    for (const double t : plan.image_times) image_steps_.push_back(sde::nearest_step(times_, t));
    find_direction();
  }

  void begin(std::size_t first, std::size_t count) {
    first_ = first;
    nearest_.assign(count, 0);
    last_change_.assign(count, std::numeric_limits<double>::quiet_NaN());
  }

  void observe(const sde::TrunkView& view) {
    const std::size_t d = images_.cloud.dimension(), count = nearest_.size();
    for (std::size_t m = 0; m < count; ++m) {
      const std::span<const double> x = view.states.subspan(m * d, d);
      if (view.step + 1 < times_.size() && view.step > 0 && view.denoised.nearest[m] != nearest_[m])
        last_change_[m] = 0.5 * (view.time + times_[view.step + 1]);
      nearest_[m] = view.denoised.nearest[m];
      for (std::size_t t = 0; t < snapshot_steps_.size(); ++t)
        if (snapshot_steps_[t] == view.step) projection_.set(project(x, view.time), first_ + m, t);
      for (std::size_t s = 0; s < plan_.strips.size(); ++s)
        if (plan_.strips[s] == std::int64_t(first_ + m))
          keep_images(s, x, std::span(view.denoised.means).subspan(m * d, d), view);
    }
  }

  void end() {
    all_last_changes_.insert(all_last_changes_.end(), last_change_.begin(), last_change_.end());
  }

  /// Of all trajectories that were followed, in their order.
  const std::vector<double>& last_changes() const { return all_last_changes_; }

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

  /// With the mean of each channel put back, as it would be at this time.
  void keep_images(std::size_t strip, std::span<const double> x, std::span<const double> mean,
                   const sde::TrunkView& view) {
    for (std::size_t i = 0; i < image_steps_.size(); ++i) {
      if (image_steps_[i] != view.step) continue;
      store_pixels(results_.cells("state_pixels"), images_, x, std::exp(-view.time), strip, i);
      store_pixels(results_.cells("denoised_pixels"), images_, mean, 1.0, strip, i);
    }
  }

  const RegimeImages& images_;
  const TrajectoryPlan& plan_;
  const std::vector<double>& times_;
  Results& results_;
  Cells projection_;
  std::vector<std::size_t> snapshot_steps_, image_steps_;
  std::vector<double> direction_;  // (d)
  double centre_along_ = 0;
  std::size_t first_ = 0;
  std::vector<std::uint32_t> nearest_;
  std::vector<double> last_change_, all_last_changes_;
};

}  // namespace

void measure_trajectories(const RegimeImages& images, const DatasetRegimesOptions& options,
                          const TrajectoryPlan& plan, const RegimeSeed& seed, Results& results) {
  const std::size_t branches = plan.branch_times.size();
  const std::size_t trajectories = plan.trajectories;
  sde::DenoisedCloning cloning{
      options.reverse_times(), {}, images.cloud.dimension(), options.scheme};
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
  for (std::size_t first = 0; first < trajectories; first += kTrajectoriesTogether) {
    const std::size_t count = std::min(kTrajectoriesTogether, trajectories - first);
    recorder.begin(first, count);
    const sde::CloneFates fates =
        sde::run_cloned(cloning, denoise, seed.sweep, seed.seed, first, count,
                        [&](const sde::TrunkView& view) { recorder.observe(view); });
    recorder.end();
    for (std::size_t m = 0; m < count; ++m) {
      const std::uint32_t end = fates.trunk[m];
      results.cells("final_class").set(images.classes[images.groups[end]], first + m);
      results.cells("final_image").set(images.chosen[end], first + m);
      const auto strip = std::find(plan.strips.begin(), plan.strips.end(), std::int64_t(first + m));
      for (std::size_t b = 0; b < branches; ++b) {
        const std::uint32_t clone = fates.clones[b * count + m];
        same_class[b] += images.groups[clone] == images.groups[end];
        same_image[b] += clone == end;
        if (strip == plan.strips.end()) continue;
        const auto s = strip - plan.strips.begin();
        results.cells("clone_class").set(images.classes[images.groups[clone]], s, b);
        results.cells("clone_image").set(images.chosen[clone], s, b);
        std::vector<double> pixels(images.cloud.dimension());
        images.cloud.copy_point(clone, pixels);
        store_pixels(results.cells("clone_pixels"), images, std::span<const double>(pixels), 1.0, s,
                     b);
      }
    }
  }

  const std::vector<ExactAgreement> exact =
      exact_agreements(images, options.regime, clone_times, seed);
  for (std::size_t b = 0; b < branches; ++b) {
    results.cells("clone_time").set(clone_times[b], b);
    results.cells("clone_agreement").set(observables::wilson_share(same_class[b], trajectories), b);
    results.cells("clone_collapse").set(observables::wilson_share(same_image[b], trajectories), b);
    results.cells("clone_agreement_exact").set(exact[b].of_class, exact[b].class_interval, b);
    results.cells("clone_collapse_exact").set(exact[b].of_image, exact[b].image_interval, b);
  }
  store_last_changes("trajectory_last_change", recorder.last_changes(),
                     seed.stream("resampled trajectories"), options.regime.resamples, results);
}

}  // namespace syncgap::experiments
