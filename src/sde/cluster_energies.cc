#include "sde/cluster_energies.h"

#include <cmath>
#include <cstdint>

#include "core/check.h"

namespace syncgap::sde {
namespace {

// Steps of the counter of one evaluation.
enum Step : std::uint32_t {
  kOwn = 0,     ///< the true point and the noise along three axes
  kAlongMean,   ///< n_j0: the other points along m
  kAlongPoint,  ///< n_j1: along the true point's part across m
  kAlongNoise,  ///< n_j2: along the noise's part across both
  kLabel,       ///< cluster of the other points
  kOwnRest,     ///< chi-squares of the true point and the noise
  kNoiseRest = kOwnRest + 1000,
  kRest = kNoiseRest + 1000,  ///< chi-squares of the other points
};

}  // namespace

void fill_chi_squares(const RandomStream& stream, std::uint64_t trial, std::uint32_t first_step,
                      double freedom, std::vector<double>& out) {
  SYNCGAP_EXPECTS(freedom >= 1.0);
  if (freedom < 2.0) {
    // The rejection needs a shape of at least 1; with one degree there is a simpler way.
    SYNCGAP_EXPECTS(freedom == 1.0);
    stream.fill_normals<double>(trial, first_step, out);
    for (double& value : out) value *= value;
    return;
  }
  const double d = 0.5 * freedom - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
  // The candidate (1 + c x)^3 d, and whether u accepts it; 0 if not.
  auto gamma = [&](double x, double u) {
    const double root = 1.0 + c * x, v = root * root * root;
    if (v <= 0.0) return 0.0;
    const double x2 = x * x;
    const bool accepted =
        u < 1.0 - 0.0331 * x2 * x2 || std::log(u) < 0.5 * x2 + d * (1.0 - v + std::log(v));
    return accepted ? d * v : 0.0;
  };
  std::vector<double> uniforms(out.size());
  stream.fill_normals<double>(trial, first_step, out);
  stream.fill_uniforms<double>(trial, first_step + 1, uniforms);
  for (std::size_t j = 0; j < out.size(); ++j) {
    double value = gamma(out[j], uniforms[j]);
    const auto component = static_cast<std::uint32_t>(j);
    for (std::uint32_t step = first_step + 2; value == 0.0; step += 2)
      value = gamma(stream.normal<double>(trial, step, component),
                    stream.uniform<double>(trial, step + 1, component));
    out[j] = 2.0 * value;
  }
}

ClusterEnergies::ClusterEnergies(const theory::TwoClusters& clusters, std::size_t count,
                                 const RandomStream& stream)
    : clusters_(clusters), count_(count), stream_(stream) {
  SYNCGAP_EXPECTS(clusters.dimension >= 4.0 && count >= 1);
}

void ClusterEnergies::draw(std::uint64_t evaluation, EnergySample& sample) const {
  const std::size_t others = count_ - 1;
  const double d = clusters_.dimension;
  // a_i = m + sigma (g0, g1, 0) and z = (z0, z1, z2) in the axes of m, a_i and z.
  std::vector<double> rest(1);
  auto chi = [&](std::uint32_t step, double freedom) {
    fill_chi_squares(stream_, evaluation, step, freedom, rest);
    return std::sqrt(rest[0]);
  };
  const double g0 = stream_.normal<double>(evaluation, kOwn, 0);
  const double g1 = chi(kOwnRest, d - 1.0);
  const double z0 = stream_.normal<double>(evaluation, kOwn, 1);
  const double z1 = stream_.normal<double>(evaluation, kOwn, 2);
  const double z2 = chi(kNoiseRest, d - 2.0);
  sample.noise_square = z0 * z0 + z1 * z1 + z2 * z2;

  std::vector<double> along_mean(others), along_point(others), along_noise(others), label(others);
  stream_.fill_normals<double>(evaluation, kAlongMean, along_mean);
  stream_.fill_normals<double>(evaluation, kAlongPoint, along_point);
  stream_.fill_normals<double>(evaluation, kAlongNoise, along_noise);
  stream_.fill_uniforms<double>(evaluation, kLabel, label);
  sample.half_distances.resize(others);
  sample.overlaps.resize(others);
  fill_chi_squares(stream_, evaluation, kRest, d - 3.0, sample.half_distances);
  const double apart = 2.0 * clusters_.separation() / clusters_.standard_deviation;
  for (std::size_t j = 0; j < others; ++j) {
    // (a_j - a_i) / sigma
    const double u0 = along_mean[j] - g0 - (label[j] < 0.5 ? apart : 0.0);
    const double u1 = along_point[j] - g1, u2 = along_noise[j];
    sample.half_distances[j] = 0.5 * (sample.half_distances[j] + u0 * u0 + u1 * u1 + u2 * u2);
    sample.overlaps[j] = u0 * z0 + u1 * z1 + u2 * z2;
  }
}

}  // namespace syncgap::sde
