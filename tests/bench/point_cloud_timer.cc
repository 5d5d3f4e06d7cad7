// Times the posterior over a cloud of points against the matrix product it consists of, in the same
// run, and measures what single precision costs in accuracy. Prints tables.
//
//   point_cloud_timer FOLDER [rates | large | accuracy]
//
// rates: each quantity, as a share of the product's own rate; accuracy: excess entropy of real
// images (FOLDER holds an IDX set) in both precisions; large: n = 40000, d = 12288, with the peak
// memory.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <sys/resource.h>
#include <vector>

#include "cloud/point_cloud.h"
#include "core/random.h"
#include "data/idx.h"
#include "data/image_points.h"
#include "observables/matrix_product.h"
#include "stopwatch.h"

namespace syncgap {
namespace {

using cloud::NoiseLevel;
using cloud::PointCloud;
using cloud::Posterior;
using cloud::PosteriorMean;

/// Processor seconds, which other work on the machine disturbs least.
double cpu_seconds(const std::function<void()>& work) {
  const Stopwatch watch;
  work();
  return watch.cpu();
}

double peak_gib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / (1 << 20);
}

template <class Real>
std::vector<Real> normals(std::size_t count, const char* purpose) {
  std::vector<Real> out(count);
  const RandomStream stream(1, purpose);
  constexpr std::size_t kAtOnce = 1 << 20;
  for (std::size_t first = 0; first < count; first += kAtOnce)
    stream.fill_normals<Real>(first / kAtOnce, 0,
                              std::span(out).subspan(first, std::min(kAtOnce, count - first)));
  return out;
}

/// Operations per second of the product alone, at a size that suits it best.
template <class Real>
double product_rate(std::size_t d) {
  constexpr std::size_t kRows = 1024, kColumns = 1024;
  static const std::vector<Real> a = normals<Real>(kRows * 12288, "a");
  static const std::vector<Real> b = normals<Real>(kColumns * 12288, "b");
  static std::vector<Real> c(kRows * kColumns);
  const double seconds = cpu_seconds(
      [&] { observables::multiply_transposed(kRows, kColumns, d, a.data(), b.data(), c.data()); });
  return 2.0 * kRows * kColumns * static_cast<double>(d) / seconds;
}

/// States at distance scale 1 from points drawn in turn.
std::vector<double> noised(const PointCloud& cloud, NoiseLevel level, std::size_t batch) {
  const std::size_t d = cloud.dimension();
  std::vector<double> out = normals<double>(batch * d, "noise"), point(d);
  for (std::size_t r = 0; r < batch; ++r) {
    cloud.copy_point(r * 37 % cloud.count(), point);
    for (std::size_t k = 0; k < d; ++k)
      out[r * d + k] = level.signal * point[k] + std::sqrt(level.variance) * out[r * d + k];
  }
  return out;
}

/// Share of the product's rate, median over alternating repetitions.
template <class Real>
double share(double operations, const std::function<void()>& work, std::size_t d, int repeat,
             double& rate) {
  std::vector<double> shares, rates;
  for (int i = 0; i < repeat; ++i) {
    const double own = operations / cpu_seconds(work), product = product_rate<Real>(d);
    shares.push_back(own / product);
    rates.push_back(own);
  }
  std::sort(shares.begin(), shares.end());
  std::sort(rates.begin(), rates.end());
  rate = rates[rates.size() / 2];
  return shares[shares.size() / 2];
}

template <class Real>
void print_rates(const char* precision, std::size_t n, std::size_t d, std::size_t batch,
                 int repeat) {
  std::vector<Real> points = normals<Real>(n * d, "points");
  // Far apart in high dimension whatever one does: shrunk so that many weights compete.
  for (Real& x : points) x *= static_cast<Real>(2 / std::sqrt(static_cast<double>(d)));
  std::vector<std::uint32_t> groups(n);
  for (std::size_t i = 0; i < n; ++i) groups[i] = i % 2;
  const PointCloud cloud(std::move(points), d, {groups, {}});
  const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(0.7);
  const std::vector<double> states = noised(cloud, level, batch);
  const double operations =
      2.0 * static_cast<double>(n) * static_cast<double>(d) * static_cast<double>(batch);
  double rate_nearest = 0, rate_weights = 0, rate_mean = 0;
  const double nearest = share<Real>(
      operations, [&] { cloud.nearest(level, states); }, d, repeat, rate_nearest);
  const double weights = share<Real>(
      operations, [&] { cloud.posterior(level, states); }, d, repeat, rate_weights);
  const double mean = share<Real>(
      2 * operations, [&] { cloud.posterior(level, states, {}, PosteriorMean::compute); }, d,
      repeat, rate_mean);
  std::printf("%-7s %6zu %6zu %5zu  %8.1f  %7.1f %4.0f%%  %7.1f %4.0f%%  %7.1f %4.0f%%\n",
              precision, n, d, batch, rate_weights / weights / 1e9, rate_nearest / 1e9,
              100 * nearest, rate_weights / 1e9, 100 * weights, rate_mean / 1e9, 100 * mean);
}

void rates() {
  std::printf("%s, one thread; billions of operations per second and share of the product alone\n",
              observables::matrix_product_library());
  std::printf(
      "precision    n      d batch   product  nearest point    weights      weights+mean\n");
  for (const std::size_t d : {std::size_t{256}, std::size_t{620}, std::size_t{3072}}) {
    print_rates<float>("single", 10000, d, 512, 5);
    print_rates<double>("double", 10000, d, 512, 5);
  }
  print_rates<float>("single", 10000, 620, 64, 9);
}

void large() {
  std::printf(
      "precision    n      d batch   product  nearest point    weights      weights+mean\n");
  print_rates<float>("single", 40000, 12288, 512, 1);
  std::printf("peak memory %.2f GiB (points %.2f GiB)\n", peak_gib(),
              40000.0 * 12288 * 4 / (1 << 30));
  print_rates<double>("double", 40000, 12288, 256, 1);
  std::printf("peak memory %.2f GiB (points %.2f GiB)\n", peak_gib(),
              40000.0 * 12288 * 8 / (1 << 30));
}

/// Mean over the states of log(1 + sum over other points of exp(E_source - E)), from differences in
/// double, summed in long double: no cancellation anywhere.
double reference_entropy(const PointCloud& cloud, const std::vector<double>& points,
                         NoiseLevel level, const std::vector<double>& states,
                         const std::vector<std::uint32_t>& sources) {
  const std::size_t d = cloud.dimension(), n = cloud.count();
  long double total = 0;
  for (std::size_t r = 0; r < sources.size(); ++r) {
    const double* source = points.data() + sources[r] * d;
    long double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (i == sources[r]) continue;
      long double energy = 0;
      // (|x - s a_i|^2 - |x - s a_source|^2) / 2 = s (a_source - a_i).(x - s (a_i + a_source) / 2)
      for (std::size_t k = 0; k < d; ++k) {
        const double a = points[i * d + k];
        energy += static_cast<long double>(source[k] - a) *
                  (states[r * d + k] - level.signal * 0.5 * (source[k] + a));
      }
      sum += std::exp(-level.signal * energy / level.variance);
    }
    total += std::log1p(sum);
  }
  return static_cast<double>(total / static_cast<long double>(sources.size()));
}

void accuracy(const char* folder) {
  constexpr std::size_t kImages = 4000, kStates = 48;
  const data::ImageSet images = data::read_idx_folder(folder, data::Part::train, 10);
  const std::vector<std::int32_t> classes = {1, 8};
  const auto chosen =
      data::choose_images(images, classes, kImages, data::Subset::first, RandomStream(1, "subset"));
  auto floats = data::make_points<float>(images, chosen, {32, 1});
  const std::size_t d = floats.shape.size();
  std::vector<double> points(floats.values.begin(), floats.values.end());
  const PointCloud accurate(points, d), fast(floats.values, d);
  std::printf("excess entropy d f^e of %s, classes 1 and 8, n = %zu, %zu states\n", folder, kImages,
              kStates);
  std::printf("     t       reference    double error    single error\n");
  for (const double t : {0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0}) {
    const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(t);
    const std::vector<double> states = noised(accurate, level, kStates);
    std::vector<std::uint32_t> sources;
    for (std::size_t r = 0; r < kStates; ++r)
      sources.push_back(static_cast<std::uint32_t>(r * 37 % kImages));
    const auto mean = [&](const PointCloud& cloud) {
      const auto found = cloud.posterior(level, states, sources).source_surprise;
      return std::accumulate(found.begin(), found.end(), 0.0) / kStates;
    };
    const double want = reference_entropy(accurate, points, level, states, sources);
    std::printf("%7.3f  %14.6e  %13.2e  %14.2e\n", t, want, mean(accurate) / want - 1,
                mean(fast) / want - 1);
  }
}

}  // namespace
}  // namespace syncgap

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty() || words.size() > 2) {
    std::fprintf(stderr, "usage: point_cloud_timer FOLDER [rates | large | accuracy]\n");
    return 2;
  }
  const auto wanted = [&](const char* part) { return words.size() == 1 || words[1] == part; };
  if (wanted("rates")) syncgap::rates();
  if (wanted("accuracy")) syncgap::accuracy(argv[1]);
  if (wanted("large")) syncgap::large();
  return 0;
}
