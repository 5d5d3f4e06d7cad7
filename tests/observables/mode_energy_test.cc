#include "observables/mode_energy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::observables {
namespace {

/// Rows of differences, kept as no user of the modes could.
struct States {
  std::size_t rows = 0, columns = 0;
  std::vector<double> values;
  double& at(std::size_t i, std::size_t j) { return values[i * columns + j]; }
  double at(std::size_t i, std::size_t j) const { return values[i * columns + j]; }
};

States normals(std::size_t rows, std::size_t columns, std::uint64_t trial, std::uint32_t step) {
  States v{rows, columns, std::vector<double>(rows * columns)};
  RandomStream(41, "states").fill_normals<double>(trial, step, v.values);
  return v;
}

/// a x + b y
States mixed(double a, const States& x, double b, const States& y) {
  States out = x;
  for (std::size_t k = 0; k < out.values.size(); ++k)
    out.values[k] = a * x.values[k] + b * y.values[k];
  return out;
}

/// Column j multiplied by scale(j).
template <class Scale>
States stretched(States v, Scale scale) {
  for (std::size_t i = 0; i < v.rows; ++i)
    for (std::size_t j = 0; j < v.columns; ++j) v.at(i, j) *= scale(j);
  return v;
}

std::vector<double> products(const States& a, const States& b) {
  std::vector<double> out;
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t j = 0; j < b.rows; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < a.columns; ++k) sum += a.at(i, k) * b.at(j, k);
      out.push_back(sum);
    }
  return out;
}

/// Right singular vectors by rotating rows until they are orthogonal (Hestenes): (K, D), the
/// largest singular value first.
States singular_directions(States v) {
  for (int sweep = 0; sweep < 40; ++sweep)
    for (std::size_t p = 0; p < v.rows; ++p)
      for (std::size_t q = p + 1; q < v.rows; ++q) {
        double pp = 0, qq = 0, pq = 0;
        for (std::size_t j = 0; j < v.columns; ++j) {
          pp += v.at(p, j) * v.at(p, j);
          qq += v.at(q, j) * v.at(q, j);
          pq += v.at(p, j) * v.at(q, j);
        }
        const double angle = 0.5 * std::atan2(2 * pq, pp - qq);
        for (std::size_t j = 0; j < v.columns; ++j) {
          const double x = v.at(p, j), y = v.at(q, j);
          v.at(p, j) = std::cos(angle) * x + std::sin(angle) * y;
          v.at(q, j) = std::cos(angle) * y - std::sin(angle) * x;
        }
      }
  std::vector<std::pair<double, std::size_t>> norms;
  for (std::size_t i = 0; i < v.rows; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < v.columns; ++j) sum += v.at(i, j) * v.at(i, j);
    norms.emplace_back(-std::sqrt(sum), i);
  }
  std::sort(norms.begin(), norms.end());
  States out{v.rows, v.columns, {}};
  for (const auto& [norm, i] : norms)
    for (std::size_t j = 0; j < v.columns; ++j) out.values.push_back(v.at(i, j) / -norm);
  return out;
}

/// Sum of squares along each direction.
std::vector<double> along(const States& v, const States& directions) {
  const std::vector<double> parts = products(v, directions);
  std::vector<double> sums(directions.rows, 0.0);
  for (std::size_t k = 0; k < parts.size(); ++k) sums[k % directions.rows] += parts[k] * parts[k];
  return sums;
}

States rows_of(const States& v, const std::vector<std::size_t>& rows) {
  States out{rows.size(), v.columns, {}};
  for (const std::size_t i : rows)
    for (std::size_t j = 0; j < v.columns; ++j) out.values.push_back(v.at(i, j));
  return out;
}

double steep(std::size_t j) { return 3.0 / (1.0 + 0.3 * to_real(j)); }

TEST(BandSize, RoundsHalvesDownAndNeverOverlaps) {
  EXPECT_EQ(band_size(0.25, 6), 1U);
  EXPECT_EQ(band_size(0.25, 10), 2U);
  EXPECT_EQ(band_size(0.25, 7), 2U);
  EXPECT_EQ(band_size(0.5, 3), 1U);
  EXPECT_EQ(band_size(0.01, 8), 1U);
}

TEST(ModeEnergy, IsThatOfStoredStatesAlongTheirSingularDirections) {
  const States first = stretched(normals(9, 40, 0, 0), steep);
  const States later =
      mixed(0.6, stretched(first, [](std::size_t j) { return 1 + to_real(j) / 20; }), 0.3,
            normals(9, 40, 0, 1));
  const States directions = singular_directions(first);
  const std::vector<double> early = along(first, directions), late = along(later, directions);
  const auto modes = DifferenceModes::in_sample(products(first, first));
  const ModeEnergies seen = modes.energies(products(later, first));
  ASSERT_EQ(modes.modes(), 9U);
  ASSERT_EQ(modes.band(), 2U);
  for (std::size_t k = 0; k < 9; ++k) {
    EXPECT_NEAR(modes.initial_variances()[k], early[k] / 9, 1e-11 * early[0]);
    EXPECT_NEAR(seen.energies[k], late[k] / early[k], 1e-9 * seen.energies[k]);
  }
  EXPECT_DOUBLE_EQ(seen.leading.value, (seen.energies[0] + seen.energies[1]) / 2);
  EXPECT_DOUBLE_EQ(seen.trailing.value, (seen.energies[7] + seen.energies[8]) / 2);
  EXPECT_DOUBLE_EQ(seen.gap.value, seen.trailing.value / seen.leading.value);
}

TEST(ModeEnergy, CrossFittedIsThatOfDirectionsOfTheOtherHalf) {
  for (const std::size_t pairs : {8U, 9U}) {
    const std::size_t half = pairs / 2;
    const States first = stretched(normals(pairs, 30, 1, 0), steep);
    const States later = mixed(0.5, first, 0.4, normals(pairs, 30, 1, 1));
    const RandomStream stream(6, "splits");
    const auto modes = DifferenceModes::cross_fitted(products(first, first), stream, 3);
    ASSERT_EQ(modes.modes(), half);
    const ModeEnergies seen = modes.energies(products(later, first));
    std::vector<double> early(pairs * half, 0.0), late(pairs * half, 0.0), times(pairs, 0.0);
    for (std::uint64_t split = 0; split < 3; ++split) {
      std::vector<double> uniforms(pairs);
      stream.fill_uniforms<double>(split, 0, uniforms);
      std::vector<std::size_t> order(pairs);
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::sort(order.begin(), order.end(),
                [&](std::size_t i, std::size_t j) { return uniforms[i] < uniforms[j]; });
      for (int side = 0; side < 2; ++side) {
        const std::vector<std::size_t> defining(order.begin(), order.begin() + signed_size(half));
        const States directions = singular_directions(rows_of(first, defining));
        for (std::size_t r = half; r < pairs; ++r) {
          const std::size_t i = order[r];
          const std::vector<double> e = along(rows_of(first, {i}), directions);
          const std::vector<double> l = along(rows_of(later, {i}), directions);
          times[i] += 1;
          for (std::size_t k = 0; k < half; ++k) {
            early[i * half + k] += e[k];
            late[i * half + k] += l[k];
          }
        }
        std::reverse(order.begin(), order.end());
      }
    }
    for (std::size_t k = 0; k < half; ++k) {
      double e = 0, l = 0;
      for (std::size_t i = 0; i < pairs; ++i) {
        e += early[i * half + k] / times[i];
        l += late[i * half + k] / times[i];
      }
      EXPECT_NEAR(seen.energies[k], l / e, 1e-9 * seen.energies[k]);
      EXPECT_NEAR(modes.initial_variances()[k], e / to_real(pairs), 1e-9 * e);
    }
  }
}

TEST(ModeEnergy, IsOneAtTheStartAndScalesWithTheSquare) {
  const States first = stretched(normals(12, 50, 2, 0), steep);
  const std::vector<double> gram = products(first, first);
  for (const auto& modes : {DifferenceModes::in_sample(gram),
                            DifferenceModes::cross_fitted(gram, RandomStream(1, "splits"), 4)}) {
    const ModeEnergies start = modes.energies(gram);
    for (const double energy : start.energies) EXPECT_NEAR(energy, 1, 1e-12);
    EXPECT_NEAR(start.gap.value, 1, 1e-12);
    EXPECT_NEAR(start.gap.standard_error, 0, 1e-12);
    std::vector<double> cross = gram;
    for (double& x : cross) x *= -0.5;
    for (const double energy : modes.energies(cross).energies) EXPECT_NEAR(energy, 0.25, 1e-12);
  }
}

// Turning all states alike, or scaling early and late alike, changes nothing.
TEST(ModeEnergy, DoesNotDependOnCoordinatesOrUnits) {
  const States first = stretched(normals(10, 24, 3, 0), steep);
  const States later = mixed(0.7, first, 0.5, normals(10, 24, 3, 1));
  const States axes = singular_directions(normals(24, 24, 3, 2));
  const auto turned = [&](const States& v) { return States{v.rows, 24, products(v, axes)}; };
  const auto energies = [](const States& early, const States& late) {
    return DifferenceModes::cross_fitted(products(early, early), RandomStream(1, "splits"), 5)
        .energies(products(late, early))
        .energies;
  };
  const std::vector<double> want = energies(first, later);
  const std::vector<double> seen = energies(turned(first), turned(later));
  const std::vector<double> scaled =
      energies(mixed(1e3, first, 0, first), mixed(1e3, later, 0, later));
  for (std::size_t k = 0; k < want.size(); ++k) {
    EXPECT_NEAR(seen[k], want[k], 1e-9 * want[k]);
    EXPECT_NEAR(scaled[k], want[k], 1e-9 * want[k]);
  }
}

struct Gaps {
  MeanAccumulator in_sample, cross_fitted, deviation;
};

/// 200 samples of 32 pairs in 400 dimensions: kept V_0 + noise, with a scale along every axis.
template <class Scale, class Kept>
Gaps sample_gaps(Scale scale, Kept kept, double fresh) {
  Gaps gaps;
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    const States first = stretched(normals(32, 400, trial, 10), scale);
    const States later =
        mixed(1, stretched(first, kept), fresh, stretched(normals(32, 400, trial, 11), scale));
    const std::vector<double> gram = products(first, first), cross = products(later, first);
    gaps.in_sample.add(DifferenceModes::in_sample(gram).energies(cross).gap.value);
    const Estimate gap = DifferenceModes::cross_fitted(
                             gram, RandomStream(2, "splits", {static_cast<std::int64_t>(trial)}), 8)
                             .energies(cross)
                             .gap;
    gaps.cross_fitted.add(gap.value);
    gaps.deviation.add((gap.value - 1) / gap.standard_error);
  }
  return gaps;
}

TEST(ModeEnergy, IsotropicNoiseHasAGapInSampleAndNoneWhenCrossFitted) {
  const auto one = [](std::size_t) { return 1.0; };
  const auto kept = [](std::size_t) { return 0.5; };
  const Gaps gaps = sample_gaps(one, kept, 0.6);
  const Estimate crossed = gaps.cross_fitted.estimate(), in_sample = gaps.in_sample.estimate();
  EXPECT_NEAR(crossed.value, 1, 4 * crossed.standard_error);
  EXPECT_LT(crossed.standard_error, 0.01);
  EXPECT_GT(in_sample.value, 1 + 20 * in_sample.standard_error);
  // At given modes an error is somewhat smaller than what samples differ by.
  EXPECT_GT(std::sqrt(gaps.deviation.variance()), 0.9);
  EXPECT_LT(std::sqrt(gaps.deviation.variance()), 1.5);
  // What is seen is what is said to be chance.
  const ChanceGaps chance =
      gaps_by_chance({32, 400, 0.5, 0.6}, RandomStream(3, "chance"), {.draws = 300, .splits = 8});
  EXPECT_NEAR(chance.in_sample.value, in_sample.value, 5 * in_sample.standard_error);
  EXPECT_NEAR(chance.cross_fitted.value, crossed.value, 5 * crossed.standard_error);
  const auto half_width = [](const Interval& i) { return (i.high - i.low) / 2; };
  EXPECT_NEAR(half_width(chance.in_sample.interval), kZ95 * std::sqrt(gaps.in_sample.variance()),
              0.03);
  EXPECT_NEAR(half_width(chance.cross_fitted.interval),
              kZ95 * std::sqrt(gaps.cross_fitted.variance()), 0.06);
}

// Early variance falls along the axes, and what is large early is kept less.
TEST(ModeEnergy, ARealGapIsSeenWhenCrossFitted) {
  const auto scale = [](std::size_t j) { return j < 10 ? 6.0 : 1.0; };
  const auto kept = [](std::size_t j) { return j < 10 ? 0.5 : 0.9; };
  const Gaps gaps = sample_gaps(scale, kept, 0.0);
  EXPECT_GT(gaps.cross_fitted.mean(), 1.5);
  EXPECT_GT(gaps.deviation.mean(), 3);
}

TEST(ModeEnergy, SharesOfPartsOfTheCoordinatesAddUpToOne) {
  constexpr std::size_t kRows = 10, kColumns = 40, kPart = 15;
  std::vector<double> v(kRows * kColumns);
  RandomStream(4, "shares").fill_normals<double>(0, 0, v);
  std::vector<double> gram(kRows * kRows), part(kRows * kRows), rest(kRows * kRows);
  for (std::size_t i = 0; i < kRows; ++i)
    for (std::size_t j = 0; j < kRows; ++j)
      for (std::size_t k = 0; k < kColumns; ++k) {
        const double product = v[i * kColumns + k] * v[j * kColumns + k];
        gram[i * kRows + j] += product;
        (k < kPart ? part : rest)[i * kRows + j] += product;
      }
  for (const auto& modes : {DifferenceModes::in_sample(gram),
                            DifferenceModes::cross_fitted(gram, RandomStream(1, "halves"), 3)}) {
    const auto in = modes.shares(part), out = modes.shares(rest);
    ASSERT_EQ(in.size(), modes.modes());
    for (std::size_t k = 0; k < in.size(); ++k) {
      EXPECT_NEAR(in[k] + out[k], 1, 1e-9);
      EXPECT_GT(in[k], 0);
    }
  }
}

TEST(ModeEnergy, ModesOfNoVarianceAreLeftOut) {
  const States first = normals(8, 5, 4, 0);
  const auto modes = DifferenceModes::in_sample(products(first, first));
  EXPECT_EQ(modes.modes(), 5U);
  EXPECT_EQ(modes.band(), 1U);
  const auto none = DifferenceModes::in_sample(std::vector<double>(64, 0.0));
  EXPECT_EQ(none.modes(), 0U);
  const ModeEnergies energies = none.energies(std::vector<double>(64, 0.0));
  EXPECT_TRUE(energies.energies.empty() && std::isnan(energies.gap.value));
}

TEST(ModeEnergy, RefusesWhatIsNotANumber) {
  const States first = normals(4, 9, 5, 0);
  std::vector<double> gram = products(first, first);
  const auto modes = DifferenceModes::in_sample(gram);
  gram[6] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(DifferenceModes::in_sample(gram), UnitError);
  try {
    modes.energies(gram);
    FAIL();
  } catch (const UnitError& error) {
    EXPECT_STREQ(error.what(),
                 "modes of differences cannot be measured: the product of later with initial "
                 "differences of pairs 1 and 2 is nan");
  }
}

TEST(EffectiveDimension, IsThatOfTheCovariance) {
  MeanAccumulator isotropic, steeper;
  double trace = 0, squares = 0;
  for (std::size_t j = 0; j < 60; ++j) {
    trace += std::pow(steep(j), 2);
    squares += std::pow(steep(j), 4);
  }
  for (std::uint64_t trial = 0; trial < 50; ++trial) {
    const States v = normals(40, 60, trial, 20), w = stretched(v, steep);
    isotropic.add(effective_dimension(products(v, v)));
    steeper.add(effective_dimension(products(w, w)));
  }
  EXPECT_NEAR(isotropic.mean(), 60, 2);
  EXPECT_NEAR(steeper.mean(), trace * trace / squares, 0.1 * trace * trace / squares);
}

TEST(MarchenkoPastur, HoldsTheSpectrumOfIsotropicDifferences) {
  const States v = normals(40, 800, 6, 0);
  const auto modes = DifferenceModes::in_sample(products(v, v));
  const Interval range = marchenko_pastur_range(40, 800);
  const auto variances = modes.initial_variances();
  const double mean = std::accumulate(variances.begin(), variances.end(), 0.0) / 40;
  EXPECT_NEAR(variances.front() / mean, range.high, 0.1);
  EXPECT_NEAR(variances.back() / mean, range.low, 0.1);
  EXPECT_EQ(marchenko_pastur_range(40, 20).low, 0);
}

TEST(GapsByChance, IsThatOfDifferencesLikeThose) {
  const States first = normals(24, 300, 7, 0);
  const States later = mixed(0.4, first, 0.9, normals(24, 300, 7, 1));
  double energy = 0;
  for (const double x : later.values) energy += x * x;
  const auto like = isotropic_like(products(first, first), products(later, first), energy);
  EXPECT_EQ(like.pairs, 24U);
  EXPECT_NEAR(like.dimension, 300, 60);
  EXPECT_NEAR(like.kept, 0.4, 0.05);
  EXPECT_NEAR(like.fresh, 0.9, 0.05);
  EXPECT_NEAR(
      gaps_by_chance({24, 300, 1, 0}, RandomStream(3, "chance"), {.draws = 5}).in_sample.value, 1,
      1e-9);
  // Fewer dimensions than pairs: explicit states of whole dimension.
  MeanAccumulator gaps;
  for (std::uint64_t trial = 0; trial < 300; ++trial) {
    const States v = normals(24, 12, trial, 30);
    const States w = mixed(0.4, v, 0.9, normals(24, 12, trial, 31));
    gaps.add(DifferenceModes::in_sample(products(v, v)).energies(products(w, v)).gap.value);
  }
  const double seen =
      gaps_by_chance({24, 12, 0.4, 0.9}, RandomStream(3, "chance"), {.draws = 300, .splits = 1})
          .in_sample.value;
  EXPECT_NEAR(seen, gaps.mean(), 5 * std::sqrt(2.0) * gaps.estimate().standard_error);
  EXPECT_THROW(gaps_by_chance({1, 12, 0, 1}, RandomStream(3, "chance")), InputError);
}

}  // namespace
}  // namespace syncgap::observables
