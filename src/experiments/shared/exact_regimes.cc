#include "experiments/shared/exact_regimes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <utility>

#include "cloud/class_means.h"
#include "cloud/principal_component.h"
#include "core/numbers.h"
#include "experiments/shared/noised_images.h"
#include "observables/crossing.h"
#include "observables/resampled_means.h"

// Shapes: N samples, T times, Q quantities of a sample at a time, d numbers per image.
namespace syncgap::experiments {
namespace {

using cloud::NoiseLevel;
using cloud::Posterior;
using observables::ResampledMeans;

/// What is averaged over the samples, in the order it lies in memory.
namespace posterior {
enum Quantity : std::size_t {
  entropy,
  surprise,
  purity,
  true_weight,
  class_agreement,
  class_entropy,
  quantity_count
};
}  // namespace posterior

double speciation_time(double eigenvalue) {
  return eigenvalue > 0 ? 0.5 * std::log(eigenvalue) : std::numeric_limits<double>::quiet_NaN();
}

/// All quantities of N noised images at all times, quantity by quantity: (N, Q, T).
std::vector<double> noised_quantities(const RegimeImages& images, std::size_t samples,
                                      const std::vector<double>& times, const RegimeSeed& seed) {
  const std::size_t count = times.size();
  std::vector<double> values(samples * posterior::quantity_count * count);
  visit_noised_images(images, samples, times, seed, [&](const NoisedRows& noised) {
    const Posterior p = images.cloud.posterior(noised.level, noised.states, noised.sources);
    for (std::size_t r = 0; r < noised.rows(); ++r) {
      double* row =
          values.data() + (noised.first + r) * posterior::quantity_count * count + noised.time;
      const double a = p.group_weight[2 * r], b = p.group_weight[2 * r + 1];
      row[posterior::entropy * count] = p.entropy[r];
      row[posterior::surprise * count] = p.source_surprise[r];
      row[posterior::purity * count] = p.purity[r];
      row[posterior::true_weight * count] = std::exp(-p.source_surprise[r]);
      row[posterior::class_agreement * count] = a * a + b * b;
      row[posterior::class_entropy * count] = entropy_term(a) + entropy_term(b);
    }
  });
  return values;
}

/// Zero of the tangent where the curve rises most steeply; NaN if it rises nowhere, or if the
/// points do not reach as far as that zero: then they miss the rise, and it means nothing.
double tangent_zero(const std::vector<double>& x, std::span<const double> y) {
  double steepest = 0, zero = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 1; i + 1 < x.size(); ++i) {
    const double slope = (y[i + 1] - y[i - 1]) / (x[i + 1] - x[i - 1]);
    if (slope <= steepest) continue;
    steepest = slope;
    zero = x[i] - y[i] / slope;
  }
  return zero >= x.front() && zero <= x.back() ? zero : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

void measure_spectrum(const data::ImageSet& all, const RegimeImages& images,
                      const RegimeOptions& options, const RegimeSeed& seed, Results& results) {
  data::PointFormat format = options.point_format();
  format.channels = 1;
  data::ImagePoints<double> points = data::make_points<double>(all, images.chosen, format);
  const std::size_t d = points.shape.size();
  const auto means = cloud::class_means(points.values, images.groups, d);
  const cloud::Covariance covariance(std::move(points.values), d);
  const cloud::PrincipalComponent leading = covariance.principal();
  const std::vector<double> resampled = covariance.bootstrap_variances(
      leading, seed.stream("resampled covariance"), options.resamples);
  const Interval interval = observables::percentile_interval(resampled);
  results.cells("largest_eigenvalue").set(leading.variance, interval);
  results.cells("speciation_time")
      .set_or_none(speciation_time(leading.variance),
                   Interval{speciation_time(interval.low), speciation_time(interval.high)});

  double along = 0, length = 0;
  for (std::size_t k = 0; k < d; ++k) {
    const double difference = means[0].mean[k] - means[1].mean[k];
    along += difference * leading.direction[k];
    length += difference * difference;
  }
  const double n = to_real(images.chosen.size());
  const double shares = to_real(means[0].count) * to_real(means[1].count) / (n * n);
  results.cells("class_alignment").set(length > 0 ? std::abs(along) / std::sqrt(length) : 0.0);
  results.cells("class_share")
      .set(leading.variance > 0 ? shares * along * along / leading.variance : 0.0);
}

void measure_paths(const RegimeImages& images, const RegimeOptions& options, std::size_t paths,
                   const RegimeSeed& seed, Results& results) {
  const std::size_t d = images.cloud.dimension(), n = images.cloud.count();
  const RandomStream source_stream = seed.stream("path source"), noise = seed.stream("path noise");
  const double h = options.path_step;
  const std::size_t steps = std::llround(std::ceil(options.path_horizon / h));
  const double decay = std::exp(-h), spread = std::sqrt(-std::expm1(-2 * h));

  std::vector<double> states(paths * d), normals(d);
  std::vector<std::size_t> running;  // numbers of the paths still near their image
  std::vector<std::uint32_t> source(paths);
  std::vector<double> last_change(paths, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t p = 0; p < paths; ++p) {
    const double u = source_stream.uniform<double>(p, 0, 0);
    source[p] = static_cast<std::uint32_t>(u * to_real(n));
    images.cloud.copy_point(source[p], std::span(states).subspan(p * d, d));
    running.push_back(p);
  }
  for (std::size_t step = 1; step <= steps && !running.empty(); ++step) {
    const double t = to_real(step) * h;
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
  store_last_changes("last_change", last_change, seed.stream("resampled paths"), options.resamples,
                     results);
}

void store_last_changes(const std::string& name, const std::vector<double>& changes,
                        const RandomStream& stream, std::size_t resamples, Results& results) {
  results.cells(name).assign_or_none(changes);
  auto mean = results.cells(name + "_mean");
  if (std::any_of(changes.begin(), changes.end(), [](double t) { return std::isnan(t); }))
    mean.none();
  else
    mean.set(observables::ResampledMeans(changes, 1, stream, resamples).mean(0));
}

void measure_posterior(const RegimeImages& images, const RegimeOptions& options,
                       const std::vector<double>& times, const RegimeSeed& seed, Results& results) {
  const std::size_t count = times.size();
  const auto d = to_real(images.cloud.dimension());
  const ResampledMeans means(noised_quantities(images, options.samples, times, seed),
                             posterior::quantity_count * count, seed.stream("resampled images"),
                             options.resamples);

  const double log_count = std::log(to_real(images.cloud.count()));
  const auto put_curve = [&](const char* name, posterior::Quantity quantity, double most,
                             double scale) {
    auto cells = results.cells(name);
    for (std::size_t t = 0; t < count; ++t) {
      const IntervalEstimate mean = means.mean_within(quantity * count + t, 0, most);
      cells.set(scale * mean.value, {scale * mean.interval.low, scale * mean.interval.high}, t);
    }
  };
  put_curve("excess_entropy", posterior::entropy, log_count, 1 / d);
  put_curve("excess_entropy_sampled", posterior::surprise, std::numeric_limits<double>::infinity(),
            1 / d);
  put_curve("collapse_agreement", posterior::purity, 1, 1);
  put_curve("true_weight", posterior::true_weight, 1, 1);
  put_curve("speciation_agreement", posterior::class_agreement, 1, 1);
  put_curve("class_entropy", posterior::class_entropy, std::numbers::ln2, 1);

  const auto put_time = [&](const char* name, posterior::Quantity quantity, const auto& statistic) {
    results.cells(name).set_or_none(means.statistic(quantity * count, count, statistic));
  };
  const auto crossing = [&](double level) {
    return [&times, level](std::span<const double> curve) {
      return observables::last_crossing({times, curve}, level);
    };
  };
  put_time("speciation_crossing_time", posterior::class_agreement,
           crossing(options.speciation_level));
  put_time("collapse_crossing_time", posterior::purity, crossing(0.5));
  put_time("entropy_threshold_time", posterior::entropy,
           crossing(options.entropy_threshold * std::log(to_real(images.cloud.count()))));
  put_time("entropy_tangent_time", posterior::entropy,
           [&](std::span<const double> curve) { return tangent_zero(times, curve); });
}

std::vector<ExactAgreement> exact_agreements(const RegimeImages& images,
                                             const RegimeOptions& options,
                                             const std::vector<double>& times,
                                             const RegimeSeed& seed) {
  const std::size_t count = times.size();
  const ResampledMeans means(noised_quantities(images, options.samples, times, seed),
                             posterior::quantity_count * count, seed.stream("resampled images"),
                             options.resamples);
  std::vector<ExactAgreement> out;
  for (std::size_t t = 0; t < count; ++t) {
    const std::size_t of_class = posterior::class_agreement * count + t,
                      of_image = posterior::purity * count + t;
    out.push_back({means.means()[of_class], means.means()[of_image], means.interval(of_class),
                   means.interval(of_image)});
  }
  return out;
}

}  // namespace syncgap::experiments
