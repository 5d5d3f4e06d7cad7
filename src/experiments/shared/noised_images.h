#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "core/numbers.h"
#include "experiments/shared/regime_images.h"

// Shapes: N samples, R of them together, T times, d numbers per image.
namespace syncgap::experiments {

/// Images under noise, R rows of one time.
struct NoisedRows {
  std::size_t first;  ///< number of the first sample
  std::size_t time;   ///< place among the times
  cloud::NoiseLevel level;
  std::span<const std::uint32_t> sources;           ///< (R)
  std::span<const double> images, normals, states;  ///< (R, d)

  std::size_t rows() const { return sources.size(); }
};

/// Shows `visit` N noised images at every time, a batch of samples after the other. Image and noise
/// of a sample are the same at every time, and for everybody who asks with this seed: estimates
/// from them are paired.
template <class Visit>
void visit_noised_images(const RegimeImages& images, std::size_t samples,
                         const std::vector<double>& times, const RegimeSeed& seed,
                         const Visit& visit) {
  constexpr std::size_t kTogether = 256;
  const std::size_t d = images.cloud.dimension(), n = images.cloud.count();
  const RandomStream source_stream = seed.stream("noised image"), noise = seed.stream("noise");
  std::vector<double> points, normals, states;
  std::vector<std::uint32_t> sources;
  for (std::size_t first = 0; first < samples; first += kTogether) {
    const std::size_t rows = std::min(kTogether, samples - first);
    sources.resize(rows);
    for (auto* each : {&points, &normals, &states}) each->resize(rows * d);
    for (std::size_t r = 0; r < rows; ++r) {
      const double u = source_stream.uniform<double>(first + r, 0, 0);
      sources[r] = static_cast<std::uint32_t>(u * to_real(n));
      images.cloud.copy_point(sources[r], std::span(points).subspan(r * d, d));
      noise.fill_normals<double>(first + r, 0, std::span(normals).subspan(r * d, d));
    }
    for (std::size_t t = 0; t < times.size(); ++t) {
      const auto level = cloud::NoiseLevel::ornstein_uhlenbeck(times[t]);
      const double scale = std::sqrt(level.variance);
      for (std::size_t k = 0; k < states.size(); ++k)
        states[k] = level.signal * points[k] + scale * normals[k];
      visit(NoisedRows{first, t, level, sources, points, normals, states});
    }
  }
}

/// -p log p, in nats.
inline double entropy_term(double p) { return p > 0 ? -p * std::log(p) : 0.0; }

}  // namespace syncgap::experiments
