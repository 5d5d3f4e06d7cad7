#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "core/check.h"
#include "experiments/shared/interval_observables.h"
#include "experiments/shared/regime_parts.h"
#include "observables/crossing.h"
#include "observables/resampled_means.h"

// Shapes: N samples, T times, Q quantities of a sample at a time, d numbers per image.
namespace syncgap::experiments {
namespace {

using cloud::NoiseLevel;
using cloud::Posterior;
using observables::Interval;
using observables::ResampledMeans;

/// Samples that are noised together; each is looked at for every time before the next ones come.
constexpr std::size_t kSamplesTogether = 256;

/// What is averaged over the samples, in the order it lies in memory.
enum Quantity : std::size_t {
  entropy,
  surprise,
  purity,
  true_weight,
  class_agreement,
  class_entropy,
  quantity_count
};

double entropy_of(double p) { return p > 0 ? -p * std::log(p) : 0.0; }

/// All quantities of N noised images at all times, quantity by quantity: (N, Q, T). The image and
/// its noise are the same at every time.
std::vector<double> noised_images(const RegimeImages& images, std::size_t samples,
                                  const std::vector<double>& times, const RegimeSeed& seed) {
  const std::size_t d = images.cloud.dimension(), n = images.cloud.count();
  const RandomStream source_stream = seed.stream("noised image"), noise = seed.stream("noise");
  std::vector<double> values(samples * quantity_count * times.size());
  std::vector<double> point(d), points, normals, states;
  std::vector<std::uint32_t> sources;
  for (std::size_t first = 0; first < samples; first += kSamplesTogether) {
    const std::size_t rows = std::min(kSamplesTogether, samples - first);
    sources.clear();
    points.resize(rows * d);
    normals.resize(rows * d);
    states.resize(rows * d);
    for (std::size_t r = 0; r < rows; ++r) {
      const double u = source_stream.uniform<double>(first + r, 0, 0);
      sources.push_back(static_cast<std::uint32_t>(u * static_cast<double>(n)));
      images.cloud.copy_point(sources[r], std::span(points).subspan(r * d, d));
      noise.fill_normals<double>(first + r, 0, std::span(normals).subspan(r * d, d));
    }
    for (std::size_t t = 0; t < times.size(); ++t) {
      const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(times[t]);
      const double scale = std::sqrt(level.variance);
      for (std::size_t k = 0; k < states.size(); ++k)
        states[k] = level.signal * points[k] + scale * normals[k];
      const Posterior p = images.cloud.posterior(level, states, sources);
      for (std::size_t r = 0; r < rows; ++r) {
        double* row = values.data() + (first + r) * quantity_count * times.size() + t;
        const double a = p.group_weight[2 * r], b = p.group_weight[2 * r + 1];
        row[entropy * times.size()] = p.entropy[r];
        row[surprise * times.size()] = p.source_surprise[r];
        row[purity * times.size()] = p.purity[r];
        row[true_weight * times.size()] = std::exp(-p.source_surprise[r]);
        row[class_agreement * times.size()] = a * a + b * b;
        row[class_entropy * times.size()] = entropy_of(a) + entropy_of(b);
      }
    }
  }
  return values;
}

/// Zero of the tangent where the curve rises most steeply; NaN if it rises nowhere.
double tangent_zero(const std::vector<double>& x, std::span<const double> y) {
  double steepest = 0, zero = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 1; i + 1 < x.size(); ++i) {
    const double slope = (y[i + 1] - y[i - 1]) / (x[i + 1] - x[i - 1]);
    if (slope <= steepest) continue;
    steepest = slope;
    zero = x[i] - y[i] / slope;
  }
  return zero;
}

}  // namespace

void measure_posterior(const RegimeImages& images, const DatasetRegimesOptions& options,
                       const std::vector<double>& times, const RegimeSeed& seed, Results& results) {
  const std::size_t count = times.size();
  const auto d = static_cast<double>(images.cloud.dimension());
  const ResampledMeans means(
      noised_images(images, static_cast<std::size_t>(options.samples), times, seed),
      quantity_count * count, seed.stream("resampled images"),
      static_cast<std::size_t>(options.resamples));

  const auto put_curve = [&](const char* name, Quantity quantity, double scale) {
    for (std::size_t t = 0; t < count; ++t) {
      const Interval interval = means.interval(quantity * count + t);
      put(results, name, t, scale * means.means()[quantity * count + t],
          {scale * interval.low, scale * interval.high});
    }
  };
  put_curve("excess_entropy", entropy, 1 / d);
  put_curve("excess_entropy_sampled", surprise, 1 / d);
  put_curve("collapse_agreement", purity, 1);
  put_curve("true_weight", true_weight, 1);
  put_curve("speciation_agreement", class_agreement, 1);
  put_curve("class_entropy", class_entropy, 1);

  const auto put_time = [&](const char* name, Quantity quantity, const auto& statistic) {
    put(results, name, 0, statistic(means.means().subspan(quantity * count, count)),
        means.interval(quantity * count, count, statistic));
  };
  const auto crossing = [&](double level) {
    return [&times, level](std::span<const double> curve) {
      return observables::last_crossing({times, curve}, level);
    };
  };
  put_time("speciation_crossing_time", class_agreement, crossing(options.speciation_level));
  put_time("collapse_crossing_time", purity, crossing(0.5));
  put_time(
      "entropy_threshold_time", entropy,
      crossing(options.entropy_threshold * std::log(static_cast<double>(images.cloud.count()))));
  put_time("entropy_tangent_time", entropy,
           [&](std::span<const double> curve) { return tangent_zero(times, curve); });
}

std::vector<ExactAgreement> exact_agreements(const RegimeImages& images,
                                             const DatasetRegimesOptions& options,
                                             const std::vector<double>& times,
                                             const RegimeSeed& seed) {
  const std::size_t count = times.size();
  const ResampledMeans means(
      noised_images(images, static_cast<std::size_t>(options.samples), times, seed),
      quantity_count * count, seed.stream("resampled images"),
      static_cast<std::size_t>(options.resamples));
  std::vector<ExactAgreement> out;
  for (std::size_t t = 0; t < count; ++t) {
    const std::size_t of_class = class_agreement * count + t, of_image = purity * count + t;
    out.push_back({means.means()[of_class], means.means()[of_image], means.interval(of_class),
                   means.interval(of_image)});
  }
  return out;
}

}  // namespace syncgap::experiments
