#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cloud/class_means.h"
#include "cloud/mode_branching.h"
#include "core/numbers.h"
#include "experiments/dataset_regimes/parts.h"
#include "experiments/shared/noised_images.h"
#include "observables/curve_peak.h"
#include "observables/resampled_means.h"

// Shapes: N samples, T times, Q quantities of a sample at a time, d numbers per image.
namespace syncgap::experiments {
namespace {

using cloud::NoiseLevel;
using cloud::PointCloud;
using cloud::Posterior;
using cloud::PosteriorMean;
using observables::ResampledMeans;

/// dx = -x dt + sqrt(2) dW: nu^2 / 2 of information (19).
constexpr double kHalfNoiseRate = 1.0;
/// To this the branching of the two classes is bracketed.
constexpr double kBranchingWidth = 1e-3;

/// What is averaged over the samples, in the order it lies in memory.
enum InformationQuantity : std::size_t {
  entropy,
  entropy_square,
  class_entropy,
  class_entropy_square,
  rate_score_norm,
  rate_denoising,
  rate_divergence,
  gap_score_norm,
  gap_denoising,
  class_rate,
  quantity_count
};

/// The images of each class as a cloud of its own: everything about all images follows from the
/// two, at the same cost, and what the class has to do with it comes beside.
struct ClassClouds {
  std::array<PointCloud, 2> clouds;
  std::array<double, 2> log_share;  ///< of the class among the images
};

template <class Real>
PointCloud cloud_of_class(const RegimeImages& images, std::uint32_t group) {
  const std::size_t d = images.cloud.dimension();
  std::vector<Real> points;
  std::vector<double> point(d);
  for (std::size_t i = 0; i < images.groups.size(); ++i) {
    if (images.groups[i] != group) continue;
    images.cloud.copy_point(i, point);
    points.insert(points.end(), point.begin(), point.end());
  }
  return PointCloud(std::move(points), d);
}

ClassClouds split_by_class(const RegimeImages& images, const RegimeOptions& options) {
  const auto cloud = [&](std::uint32_t group) {
    return options.precision == CloudPrecision::double_precision
               ? cloud_of_class<double>(images, group)
               : cloud_of_class<float>(images, group);
  };
  ClassClouds split{{cloud(0), cloud(1)}, {}};
  for (std::size_t c = 0; c < 2; ++c)
    split.log_share[c] = std::log(to_real(split.clouds[c].count()) / to_real(images.groups.size()));
  return split;
}

/// One noised image and what made it; all (d).
struct NoisedImage {
  std::span<const double> image, noise, state;
};

/// All quantities of row `r` of the posteriors within the classes.
std::array<double, quantity_count> quantities(const ClassClouds& split,
                                              const std::array<Posterior, 2>& within, std::size_t r,
                                              NoiseLevel level, const NoisedImage& x) {
  const double first = split.log_share[0] + within[0].log_density[r];
  const double second = split.log_share[1] + within[1].log_density[r];
  const std::array<double, 2> p = {1.0 / (1.0 + std::exp(second - first)),
                                   1.0 / (1.0 + std::exp(first - second))};
  const double of_class = entropy_term(p[0]) + entropy_term(p[1]);
  const double of_image = of_class + p[0] * within[0].entropy[r] + p[1] * within[1].entropy[r];

  const std::size_t d = x.state.size();
  const std::span<const double> mean_0 = std::span(within[0].mean).subspan(r * d, d);
  const std::span<const double> mean_1 = std::span(within[1].mean).subspan(r * d, d);
  double apart = 0, error = 0, score = 0, kernel = 0;
  for (std::size_t k = 0; k < d; ++k) {
    const double mean = p[0] * mean_0[k] + p[1] * mean_1[k];
    const double between = mean_0[k] - mean_1[k], off = x.image[k] - mean;
    const double pull = level.signal * mean - x.state[k];
    apart += between * between;
    error += off * off;
    score += pull * pull;
    kernel += x.noise[k] * x.noise[k];
  }
  // Law of total variance: what is open within the classes and what is open between them.
  const double between = p[0] * p[1] * apart;
  const double variance =
      p[0] * within[0].trace_variance[r] + p[1] * within[1].trace_variance[r] + between;

  const double precision = level.signal * level.signal / (level.variance * level.variance);
  const double by_score =
      kHalfNoiseRate *
      (kernel / level.variance - score / (level.variance * level.variance));  // information (19)
  const double by_error = kHalfNoiseRate * precision * error;                 // information (33)
  const double by_divergence = kHalfNoiseRate * precision * variance;         // information (62)
  std::array<double, quantity_count> found{};
  found[entropy] = of_image;
  found[entropy_square] = of_image * of_image;
  found[class_entropy] = of_class;
  found[class_entropy_square] = of_class * of_class;
  found[rate_score_norm] = by_score;
  found[rate_denoising] = by_error;
  found[rate_divergence] = by_divergence;
  found[gap_score_norm] = by_score - by_divergence;
  found[gap_denoising] = by_error - by_divergence;
  // H[y|x] = H[c|x] + H[y|x,c], and the rate of the last is that of the variance within.
  found[class_rate] = kHalfNoiseRate * precision * between;
  return found;
}

/// All quantities of N noised images at all times, quantity by quantity: (N, Q, T).
std::vector<double> noised_quantities(const RegimeImages& images, const ClassClouds& split,
                                      std::size_t samples, const std::vector<double>& times,
                                      const RegimeSeed& seed) {
  const std::size_t d = images.cloud.dimension(), count = times.size();
  std::vector<double> values(samples * quantity_count * count);
  visit_noised_images(images, samples, times, seed, [&](const NoisedRows& noised) {
    const auto within_class = [&](std::size_t c) {
      return split.clouds[c].posterior(noised.level, noised.states, {}, PosteriorMean::compute);
    };
    const std::array<Posterior, 2> within = {within_class(0), within_class(1)};
    for (std::size_t r = 0; r < noised.rows(); ++r) {
      const auto row = [&](std::span<const double> all) { return all.subspan(r * d, d); };
      const auto found = quantities(split, within, r, noised.level,
                                    {row(noised.images), row(noised.normals), row(noised.states)});
      for (std::size_t q = 0; q < quantity_count; ++q)
        values[((noised.first + r) * quantity_count + q) * count + noised.time] = found[q];
    }
  });
  return values;
}

/// Where paths of modes from the two class means become one.
double class_branching_time(const RegimeImages& images, const std::vector<double>& times) {
  const std::size_t d = images.cloud.dimension(), n = images.cloud.count();
  std::vector<double> points(n * d);
  for (std::size_t i = 0; i < n; ++i)
    images.cloud.copy_point(i, std::span(points).subspan(i * d, d));
  const auto means = cloud::class_means(points, images.groups, d);
  const auto branching =
      cloud::branching_time(images.cloud, means[0].mean, means[1].mean, times, kBranchingWidth);
  return 0.5 * (branching.low + branching.high);
}

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

}  // namespace

void measure_information(const RegimeImages& images, const RegimeOptions& options,
                         const std::vector<double>& times, const RegimeSeed& seed,
                         Results& results) {
  const std::size_t count = times.size();
  const ClassClouds split = split_by_class(images, options);
  const ResampledMeans means(noised_quantities(images, split, options.samples, times, seed),
                             quantity_count * count, seed.stream("resampled images"),
                             options.resamples);

  // What a rare undecided image would add is in the intervals of entropies, which are bounded.
  const double of_image = std::log(to_real(images.cloud.count())), of_class = std::numbers::ln2;
  const auto put_curve = [&](const std::string& name, InformationQuantity quantity,
                             double most = kUnbounded) {
    auto cells = results.cells(name);
    for (std::size_t t = 0; t < count; ++t)
      cells.set(means.mean_within(quantity * count + t, 0, most), t);
  };
  put_curve("conditional_entropy", entropy, of_image);
  put_curve("conditional_class_entropy", class_entropy, of_class);
  put_curve("rate_score_norm", rate_score_norm);
  put_curve("rate_denoising", rate_denoising);
  put_curve("entropy_rate", rate_divergence);
  put_curve("gap_score_norm", gap_score_norm);
  put_curve("gap_denoising", gap_denoising);
  put_curve("class_entropy_rate", class_rate);

  // Means and mean squares lie one after the other: (2, T).
  const auto variances = [count](std::span<const double> moments) {
    std::vector<double> found(count);
    for (std::size_t t = 0; t < count; ++t)
      found[t] = std::max(0.0, moments[count + t] - moments[t] * moments[t]);
    return found;
  };
  const auto put_peak = [&](const std::string& name, InformationQuantity quantity,
                            std::size_t curves, const auto& curve_of) {
    const auto statistic = [&](std::span<const double> all) {
      const auto curve = curve_of(all);
      return observables::highest_point({times, curve}).x;
    };
    results.cells(name).set_or_none(means.statistic(quantity * count, curves * count, statistic));
  };
  const auto itself = [](std::span<const double> curve) { return curve; };
  for (const auto& [name, quantity, most] :
       {std::tuple("entropy_variance", entropy, of_image),
        std::tuple("class_entropy_variance", class_entropy, of_class)}) {
    auto cells = results.cells(name);
    for (std::size_t t = 0; t < count; ++t) {
      const auto found = means.statistic(
          quantity * count, 2 * count,
          [&variances, t](std::span<const double> all) { return variances(all)[t]; });
      cells.set(means.with_unseen(found, quantity * count + t, 0, most * most), t);
    }
    put_peak(std::string(name) + "_peak_time", quantity, 2, variances);
  }
  put_peak("entropy_rate_peak_time", rate_divergence, 1, itself);
  put_peak("class_entropy_rate_peak_time", class_rate, 1, itself);

  results.cells("class_branching_time").set_or_none(class_branching_time(images, times));
}

}  // namespace syncgap::experiments
