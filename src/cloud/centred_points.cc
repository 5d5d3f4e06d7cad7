#include "cloud/centred_points.h"

#include <type_traits>

#include "core/check.h"

namespace syncgap::cloud {

template <class Real>
Centring centre_in_place(std::vector<Real>& points, std::size_t dimension) {
  SYNCGAP_EXPECTS(dimension > 0 && !points.empty() && points.size() % dimension == 0, points.size(),
                  " numbers of dimension ", dimension);
  Centring out;
  out.count = points.size() / dimension;
  // Sums relative to the first point keep a coordinate that all share exactly what it is.
  std::vector<double> sum(dimension, 0.0);
  std::vector<std::uint8_t> varies(dimension, 0);
  for (std::size_t i = 1; i < out.count; ++i)
    for (std::size_t k = 0; k < dimension; ++k) {
      const double difference =
          static_cast<double>(points[i * dimension + k]) - static_cast<double>(points[k]);
      sum[k] += difference;
      varies[k] |= difference != 0;
    }
  out.centre.resize(dimension);
  for (std::size_t k = 0; k < dimension; ++k) {
    out.centre[k] = static_cast<double>(points[k]) + sum[k] / static_cast<double>(out.count);
    if (varies[k]) out.varying.push_back(static_cast<std::uint32_t>(k));
  }
  out.origin = out.centre;
  if constexpr (std::is_same_v<Real, float>)
    for (const std::uint32_t k : out.varying) out.origin[k] = 0;
  // In place: every number moves towards the front.
  std::size_t to = 0;
  for (std::size_t i = 0; i < out.count; ++i)
    for (const std::uint32_t k : out.varying)
      points[to++] =
          static_cast<Real>(static_cast<double>(points[i * dimension + k]) - out.origin[k]);
  points.resize(to);
  return out;
}

template Centring centre_in_place(std::vector<float>&, std::size_t);
template Centring centre_in_place(std::vector<double>&, std::size_t);

}  // namespace syncgap::cloud
