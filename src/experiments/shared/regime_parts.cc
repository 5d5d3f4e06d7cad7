#include "experiments/shared/regime_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "cloud/principal_component.h"
#include "core/check.h"
#include "experiments/shared/interval_observables.h"
#include "observables/resampled_means.h"

namespace syncgap::experiments {
namespace {

using cloud::NoiseLevel;
using observables::Interval;

template <class Real>
RegimeImages images_as(const data::ImageSet& images, std::vector<std::uint32_t> chosen,
                       const std::vector<std::int32_t>& classes, data::PointFormat format) {
  data::ImagePoints<Real> points = data::make_points<Real>(images, chosen, format);
  std::vector<std::uint32_t> groups;
  for (const std::uint32_t i : chosen) groups.push_back(images.label(i) == classes[0] ? 0 : 1);
  cloud::PointCloud cloud(std::move(points.values), points.shape.size(), {groups, {}});
  return {std::move(chosen), std::move(groups),   classes,
          points.shape,      points.channel_mean, std::move(cloud)};
}

double speciation_time(double eigenvalue) {
  return eigenvalue > 0 ? 0.5 * std::log(eigenvalue) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

RegimeImages take_images(const data::ImageSet& images, const std::vector<std::int32_t>& classes,
                         std::size_t count, const DatasetRegimesOptions& options,
                         const RegimeSeed& seed) {
  const data::Subset subset =
      options.subset == "first" ? data::Subset::first : data::Subset::random;
  std::vector<std::uint32_t> chosen =
      data::choose_images(images, classes, count, subset, seed.stream("subset of images"));
  RegimeImages taken =
      options.precision == "double"
          ? images_as<double>(images, std::move(chosen), classes, options.point_format())
          : images_as<float>(images, std::move(chosen), classes, options.point_format());
  if (options.device != "cpu") taken.cloud.move_to(options.device);
  return taken;
}

void measure_spectrum(const data::ImageSet& all, const RegimeImages& images,
                      const DatasetRegimesOptions& options, const RegimeSeed& seed,
                      Results& results) {
  data::PointFormat format = options.point_format();
  format.channels = 1;
  data::ImagePoints<double> points = data::make_points<double>(all, images.chosen, format);
  const std::size_t d = points.shape.size(), n = images.chosen.size();
  std::vector<double> class_mean[2] = {std::vector<double>(d, 0.0), std::vector<double>(d, 0.0)};
  double members[2] = {0, 0};
  for (std::size_t i = 0; i < n; ++i) {
    members[images.groups[i]] += 1;
    for (std::size_t k = 0; k < d; ++k) class_mean[images.groups[i]][k] += points.values[i * d + k];
  }
  const cloud::Covariance covariance(std::move(points.values), d);
  const cloud::PrincipalComponent leading = covariance.principal();
  const std::vector<double> resampled = covariance.bootstrap_variances(
      leading, seed.stream("resampled covariance"), static_cast<std::size_t>(options.resamples));
  const Interval interval = observables::percentile_interval(resampled);
  put(results, "largest_eigenvalue", 0, leading.variance, interval);
  put(results, "speciation_time", 0, speciation_time(leading.variance),
      {speciation_time(interval.low), speciation_time(interval.high)});

  double along = 0, length = 0;
  for (std::size_t k = 0; k < d; ++k) {
    const double difference = class_mean[0][k] / members[0] - class_mean[1][k] / members[1];
    along += difference * leading.direction[k];
    length += difference * difference;
  }
  const double shares = members[0] * members[1] / (static_cast<double>(n) * static_cast<double>(n));
  results["class_alignment"][0] = length > 0 ? std::abs(along) / std::sqrt(length) : 0.0;
  results["class_share"][0] =
      leading.variance > 0 ? shares * along * along / leading.variance : 0.0;
}

void measure_paths(const RegimeImages& images, const DatasetRegimesOptions& options,
                   std::size_t paths, const RegimeSeed& seed, Results& results) {
  const std::size_t d = images.cloud.dimension(), n = images.cloud.count();
  const RandomStream source_stream = seed.stream("path source"), noise = seed.stream("path noise");
  const double h = options.path_step;
  const auto steps = static_cast<std::size_t>(std::ceil(options.path_horizon / h));
  const double decay = std::exp(-h), spread = std::sqrt(-std::expm1(-2 * h));

  std::vector<double> states(paths * d), normals(d);
  std::vector<std::size_t> running;  // numbers of the paths still near their image
  std::vector<std::uint32_t> source(paths);
  std::vector<double> last_change(paths, options.path_horizon);
  for (std::size_t p = 0; p < paths; ++p) {
    const double u = source_stream.uniform<double>(p, 0, 0);
    source[p] = static_cast<std::uint32_t>(u * static_cast<double>(n));
    images.cloud.copy_point(source[p], std::span(states).subspan(p * d, d));
    running.push_back(p);
  }
  for (std::size_t step = 1; step <= steps && !running.empty(); ++step) {
    const double t = static_cast<double>(step) * h;
    for (std::size_t r = 0; r < running.size(); ++r) {
      noise.fill_normals<double>(running[r], static_cast<std::uint32_t>(step), normals);
      double* x = states.data() + r * d;
      for (std::size_t k = 0; k < d; ++k) x[k] = decay * x[k] + spread * normals[k];
    }
    const auto nearest =
        images.cloud.nearest(NoiseLevel::ornstein_uhlenbeck(t),
                             std::span<const double>(states).first(running.size() * d));
    std::size_t kept = 0;
    for (std::size_t r = 0; r < running.size(); ++r) {
      if (nearest[r] != source[running[r]]) {
        last_change[running[r]] = t - h / 2;
        continue;
      }
      if (kept != r) std::copy_n(states.data() + r * d, d, states.data() + kept * d);
      running[kept++] = running[r];
    }
    running.resize(kept);
  }
  std::copy(last_change.begin(), last_change.end(), results["last_change"].begin());
  const observables::ResampledMeans mean(last_change, 1, seed.stream("resampled paths"),
                                         static_cast<std::size_t>(options.resamples));
  put(results, "last_change_mean", 0, mean.means()[0], mean.interval(0));
}

}  // namespace syncgap::experiments
