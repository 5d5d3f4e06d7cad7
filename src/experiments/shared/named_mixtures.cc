#include "experiments/shared/named_mixtures.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include <Eigen/Core>

#include "core/check.h"
#include "core/numbers.h"
#include "core/random.h"

namespace syncgap::experiments {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using theory::DataMixture;

DataMixture points_on_line(const std::vector<double>& points,
                           const std::vector<double>& weights = {}) {
  return listed_mixture(points, 1, weights, {});
}

DataMixture circle(std::int64_t count) {
  MatrixXd points(2, count);
  for (Index k = 0; k < count; ++k) {
    const double angle = 2.0 * std::numbers::pi * (to_real(k) / to_real(count) + 0.25);
    points.col(k) << std::cos(angle), std::sin(angle);
  }
  return DataMixture::of_points(points, DataMixture::equal_weights(count));
}

/// Eight points in the plane that part three times: four, two, one.
DataMixture tree() {
  MatrixXd points(2, 8);
  for (Index k = 0; k < 8; ++k) {
    const double first = k & 4 ? 1.0 : -1.0, second = k & 2 ? 1.0 : -1.0,
                 third = k & 1 ? 1.0 : -1.0;
    // Skewed, so that no two decisions are mirror images of each other.
    const double skew = 1.0 + 0.07 * to_real(k);
    points.col(k) << 2.0 * first + 0.25 * skew * third, 0.9 * second * skew + 0.1 * first * third;
  }
  return DataMixture::of_points(points, DataMixture::equal_weights(8));
}

/// A Gaussian that fills the first directions of a larger space.
DataMixture subspace(const MixtureOptions& options) {
  const Index dimension = options.ambient_dimension;
  VectorXd spectrum = VectorXd::Zero(dimension);
  spectrum.head(options.subspace_dimension).setConstant(options.subspace_variance);
  return DataMixture::of_gaussians(MatrixXd::Zero(dimension, 1), VectorXd::Ones(1),
                                   std::vector<MatrixXd>{MatrixXd(spectrum.asDiagonal())});
}

/// Points drawn from N(0, I), then centred: nearly orthogonal in many dimensions.
DataMixture cloud(const MixtureOptions& options, std::uint64_t sweep_seed) {
  const RandomStream stream(sweep_seed, "cloud of points");
  MatrixXd points(options.ambient_dimension, options.cloud_points);
  std::vector<double> normals(options.ambient_dimension);
  for (Index k = 0; k < points.cols(); ++k) {
    stream.fill_normals<double>(static_cast<std::uint64_t>(k), 0, normals);
    points.col(k) = Eigen::Map<const VectorXd>(normals.data(), points.rows());
  }
  points.colwise() -= VectorXd(points.rowwise().mean());
  return DataMixture::of_points(points, DataMixture::equal_weights(points.cols()));
}

}  // namespace

void MixtureOptions::add_to(OptionTable& table) {
  table
      .add("ambient_dimension", ambient_dimension, "D", "dimension of data sets subspace and cloud")
      .at_least(1)
      .at_most(512);
  table
      .add("subspace_dimension", subspace_dimension, "D_data",
           "dimension of the data in data set subspace")
      .at_least(1)
      .at_most(512);
  table.add("subspace_variance", subspace_variance, "h^2", "variance of that data (35)").above(0);
  table.add("cloud_points", cloud_points, "N", "points of data set cloud, drawn from N(0, I)")
      .at_least(2)
      .at_most(4096);
  table.add("circle_points", circle_points, "N", "points of data set circle")
      .at_least(2)
      .at_most(4096);
  table.add("means", means, "m_k",
            "data set custom: points, or means of Gaussians, one after another");
  table.add("mean_dimension", mean_dimension, "D", "numbers per point in `means`").at_least(1);
  table.add("weights", weights, "w_k", "weights of custom components; empty: equal").above(0);
  table
      .add("variances", variances, "tau_k^2",
           "variances of custom components: none (points), one for all, or one each")
      .at_least(0);
}

const std::vector<std::string>& mixture_names() {
  static const std::vector<std::string> names = {
      "two_points", "four_points", "unequal_points", "two_gaussians", "triangle",
      "tree",       "circle",      "subspace",       "cloud",         "custom"};
  return names;
}

DataMixture named_mixture(const std::string& name, const MixtureOptions& options,
                          std::uint64_t sweep_seed) {
  if (name == "two_points") return points_on_line({1.0, -1.0});
  if (name == "four_points") return points_on_line({2.3, 1.7, -1.7, -2.3});
  if (name == "unequal_points") return points_on_line({1.0, -1.0}, {0.7, 0.3});
  if (name == "two_gaussians") return listed_mixture({2.0, -2.0}, 1, {}, {1.0});
  if (name == "triangle") return circle(3);
  if (name == "tree") return tree();
  if (name == "circle") return circle(options.circle_points);
  if (name == "subspace") {
    require_input(options.subspace_dimension <= options.ambient_dimension,
                  "experiment.subspace_dimension is ", options.subspace_dimension,
                  ", more than experiment.ambient_dimension ", options.ambient_dimension,
                  ": give a smaller one");
    return subspace(options);
  }
  if (name == "cloud") return cloud(options, sweep_seed);
  SYNCGAP_EXPECTS(name == "custom");
  require_input(!options.means.empty(),
                "data set custom has no components: give experiment.means = [..]");
  return listed_mixture(options.means, options.mean_dimension, options.weights, options.variances);
}

DataMixture listed_mixture(const std::vector<double>& means, std::int64_t dimension,
                           const std::vector<double>& weights,
                           const std::vector<double>& variances) {
  const std::int64_t numbers = std::ssize(means);
  require_input(numbers > 0 && numbers % dimension == 0, "a list of means has ", numbers,
                " numbers, not a positive multiple of its dimension ", dimension,
                ": give all coordinates of every mean");
  const Index count = numbers / dimension;
  const auto listed = [&](const std::vector<double>& values, const char* what, double none) {
    const auto size = static_cast<Index>(values.size());
    require_input(size == 0 || size == count || (size == 1 && none == 0.0), "there are ", size, " ",
                  what, " for ", count, " means: give none or one each");
    VectorXd all = VectorXd::Constant(count, size == 1 ? values[0] : none);
    if (size == count) all = Eigen::Map<const VectorXd>(values.data(), count);
    return all;
  };
  const VectorXd variance = listed(variances, "variances", 0.0);
  require_input((variance.array() > 0.0).all() || (variance.array() == 0.0).all(),
                "some variances are zero and some are not: entropies of points are discrete and "
                "those of Gaussians differential; give points or Gaussians");
  return DataMixture::of_gaussians(Eigen::Map<const MatrixXd>(means.data(), dimension, count),
                                   listed(weights, "weights", 1.0), variance);
}

}  // namespace syncgap::experiments
