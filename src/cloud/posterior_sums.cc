#include "cloud/posterior_sums.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/numbers.h"

namespace syncgap::cloud {

PosteriorScale::PosteriorScale(NoiseLevel level, std::size_t points, std::size_t dimension,
                               bool weighted)
    : log_normaliser(-0.5 * to_real(dimension) * std::log(2 * std::numbers::pi * level.variance)),
      log_prior(weighted ? 0.0 : -std::log(to_real(points))),
      variance(level.variance) {}

void resize(Posterior& out, std::size_t states, std::size_t groups, std::size_t dimension,
            bool with_sources, PosteriorMean mean) {
  for (auto* scalar : {&out.log_density, &out.entropy, &out.purity, &out.largest_weight})
    scalar->resize(states);
  out.nearest.resize(states);
  out.group_weight.resize(states * groups);
  if (with_sources) out.source_surprise.resize(states);
  if (mean == PosteriorMean::compute) {
    out.mean.resize(states * dimension);
    out.trace_variance.resize(states);
  }
}

void store_scalars(const PosteriorSums& sums, double norm, const PosteriorScale& scale,
                   std::size_t at, Posterior& out) {
  const double total = sums.total();
  const double log_total = std::log1p(sums.others.weight);
  out.nearest[at] = sums.nearest;
  out.log_density[at] = scale.log_normaliser + scale.log_prior - norm / (2 * scale.variance) -
                        sums.lowest + log_total;
  out.entropy[at] = log_total + sums.others.weighted_energy / total;
  out.purity[at] = (1 + sums.others.square) / (total * total);
  out.largest_weight[at] = 1 / total;
  if (!out.source_surprise.empty())
    out.source_surprise[at] = sums.source_energy - sums.lowest + log_total;
}

void store_groups(std::span<const double> weights, const PosteriorSums& sums, std::size_t at,
                  Posterior& out) {
  if (weights.empty()) {
    out.group_weight[at] = 1;
    return;
  }
  for (std::size_t g = 0; g < weights.size(); ++g)
    out.group_weight[at * weights.size() + g] = weights[g] / sums.total();
}

template <class Real>
void store_mean(std::span<const Real> weighted_sum, const PosteriorSums& sums,
                std::span<const double> origin, std::span<const std::uint32_t> varying,
                std::size_t at, Posterior& out) {
  double norm = 0;
  double* mean = out.mean.data() + at * origin.size();
  std::copy(origin.begin(), origin.end(), mean);
  for (std::size_t k = 0; k < varying.size(); ++k) {
    const double a = static_cast<double>(weighted_sum[k]) / sums.total();
    norm += a * a;
    mean[varying[k]] += a;
  }
  out.trace_variance[at] = std::max(0.0, 2 * sums.half_norm / sums.total() - norm);
}

template void store_mean(std::span<const float>, const PosteriorSums&, std::span<const double>,
                         std::span<const std::uint32_t>, std::size_t, Posterior&);
template void store_mean(std::span<const double>, const PosteriorSums&, std::span<const double>,
                         std::span<const std::uint32_t>, std::size_t, Posterior&);

}  // namespace syncgap::cloud
