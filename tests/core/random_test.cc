#include "core/random.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/approximations.h"
#include "core/normal_scalar.h"
#include "core/philox.h"
#include "simd_targets.h"

namespace syncgap {
namespace {

using ::testing::ElementsAre;

// The known answers of Random123's kat_vectors for philox4x32 with 10 rounds.
TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_THAT(philox4x32({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u));
  EXPECT_THAT(
      philox4x32({0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu}, {0xffffffffu, 0xffffffffu}),
      ElementsAre(0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu));
  EXPECT_THAT(
      philox4x32({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}, {0xa4093822u, 0x299f31d0u}),
      ElementsAre(0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u));
}

TEST(RandomStream, CountsByTrialStepAndBlock) {
  const RandomStream stream(7, "test");
  const std::uint64_t trial = 0x123456789abcdef0ULL;
  EXPECT_EQ(stream.bits(trial, 5, 6), philox4x32({0x9abcdef0u, 5, 6, 0x12345678u}, stream.key()));
}

// The keys are part of the contract: a record made today can be extended by a later version.
TEST(RandomStream, KeysStayWhatTheyAre) {
  EXPECT_THAT(RandomStream(1, "forward").key(), ElementsAre(3848590849u, 791059669u));
  EXPECT_THAT(RandomStream(1, "forward", {std::int64_t{3}, 0.5, "late"}).key(),
              ElementsAre(676047987u, 3310934207u));
}

TEST(RandomStream, EveryIngredientChangesTheKey) {
  using S = RandomStream;
  const std::int64_t one = 1, two = 2;
  std::set<std::array<std::uint32_t, 2>> keys;
  for (const S& stream :
       {S(1, "a"), S(2, "a"), S(1, "b"), S(1, "a", {one}), S(1, "a", {two}), S(1, "a", {1.0}),
        S(1, "a", {0.0}), S(1, "a", {one, two}), S(1, "a", {two, one}), S(1, "a", {"1"}),
        S(1, "ab"), S(1, "a", {"b"}), S(1, "", {"ab"}), S(1, "a", {"b", "c"}), S(1, "a", {"bc"})})
    keys.insert(stream.key());
  EXPECT_EQ(keys.size(), 15u);
  EXPECT_EQ(S(1, "a", {-0.0}).key(), S(1, "a", {0.0}).key());
}

TEST(Uniforms, LieStrictlyInsideTheUnitIntervalOnTheirGrid) {
  const RandomStream stream(1, "uniforms");
  for (std::uint32_t i = 0; i < 4096; ++i) {
    const float u = stream.uniform<float>(3, 1, i);
    EXPECT_GT(u, 0.0F);
    EXPECT_LT(u, 1.0F);
    EXPECT_EQ(std::fmod(u * 0x1p24F, 2.0F), 1.0F);
    const double v = stream.uniform<double>(3, 1, i);
    EXPECT_GT(v, 0.0);
    EXPECT_LT(v, 1.0);
    EXPECT_EQ(std::fmod(v * 0x1p53, 2.0), 1.0);
  }
}

// ---- one number, many ways to get it
// -------------------------------------------------------------

template <class Real>
class RandomFill : public ::testing::Test {};
using RealTypes = ::testing::Types<float, double>;
TYPED_TEST_SUITE(RandomFill, RealTypes);

TYPED_TEST(RandomFill, IsTheScalarReferenceOnEveryInstructionSet) {
  using Real = TypeParam;
  const RandomStream stream(11, "fill", {0.25});
  const auto targets = runnable_simd_targets();
  ASSERT_GE(targets.size(), 1u);
  for (const auto& target : targets) {
    SCOPED_TRACE(target.name);
    const UseSimdTarget use(target.bit);
    for (const std::size_t count : {1u, 3u, 4u, 17u, 64u, 1000u}) {
      std::vector<Real> normals(count), uniforms(count);
      const std::uint64_t trial = 0xfffffffeULL + count;
      stream.fill_normals<Real>(trial, 9, normals);
      stream.fill_uniforms<Real>(trial, 9, uniforms);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(normals[i], stream.normal<Real>(trial, 9, static_cast<std::uint32_t>(i))) << i;
        ASSERT_EQ(uniforms[i], stream.uniform<Real>(trial, 9, static_cast<std::uint32_t>(i))) << i;
      }
    }
  }
}

TYPED_TEST(RandomFill, AcrossTrialsIsTheScalarReferenceOnEveryInstructionSet) {
  using Real = TypeParam;
  const RandomStream stream(12, "fill");
  for (const auto& target : runnable_simd_targets()) {
    SCOPED_TRACE(target.name);
    const UseSimdTarget use(target.bit);
    for (const std::size_t trials : {1u, 5u, 16u, 50u}) {
      const std::size_t components = 7;
      const std::uint64_t first_trial = 0xfffffff0ULL;  // the high word changes on the way
      std::vector<Real> out(components * trials);
      stream.fill_normals_across_trials<Real>(first_trial, trials, 3, 8, out);
      for (std::size_t c = 0; c < components; ++c)
        for (std::size_t i = 0; i < trials; ++i)
          ASSERT_EQ(out[c * trials + i],
                    stream.normal<Real>(first_trial + i, 3, static_cast<std::uint32_t>(8 + c)));
    }
  }
}

// What a device does, thread by thread, is what the vector code does: rows of any size, trials and
// steps with all their bits, and every quarter turn among them.
TEST(RandomFill, BlocksStoredOneByOneMakeTheSameRows) {
  const RandomStream stream(13, "rows", {0.5});
  const RandomStream addresses(14, "addresses");
  constexpr float untouched = 1e30F;
  for (std::uint32_t k = 0; k < 4000; ++k) {
    const auto words = addresses.bits(0, 0, k);
    const NormalAddress address{(std::uint64_t{words[0]} << 32) | words[1], words[2]};
    const std::int64_t row_size = 1 + k % 67;
    const auto size = static_cast<std::size_t>(row_size);
    std::vector<float> row(size + 4, untouched), expected(size);
    for (std::int64_t block = 0; block < normal_blocks(row_size); ++block)
      store_normal_block(stream.key(), address, static_cast<std::uint32_t>(block), row_size,
                         row.data());
    stream.fill_normals<float>(address.trial, address.step, expected);
    for (std::size_t i = 0; i < size; ++i)
      ASSERT_EQ(std::bit_cast<std::uint32_t>(row[i]), std::bit_cast<std::uint32_t>(expected[i]))
          << "component " << i << " of trial " << address.trial << ", step " << address.step;
    for (std::size_t i = size; i < row.size(); ++i) ASSERT_EQ(row[i], untouched);
  }
}

// Words that no test would meet by chance: the ends of the radius and of the angle.
TEST(RandomFill, TheExtremesOfTheWordsAreFiniteAndStayWhatTheyAre) {
  const auto largest = float_normals(0, 0x20000000U);
  EXPECT_NEAR(largest.first, std::sqrt(-2 * std::log(0x1p-32)), 1e-5);
  const auto smallest = float_normals(0xffffffffU, 0);
  EXPECT_EQ(smallest.first, 0.0F);
  for (const std::uint32_t radius : {0U, 1U, 2U, 0x7fffffffU, 0x80000000U, 0xffffffffU})
    for (const std::uint32_t angle : {0U, 0x3fffffffU, 0x40000000U, 0x80000000U, 0xffffffffU}) {
      const auto pair = float_normals(radius, angle);
      EXPECT_LE(std::hypot(pair.first, pair.second), 6.7);
    }
}

TEST(RandomFill, ReachesEveryQuarterAndTheExtremesOfTheWords) {
  // What the fills do with given words is tested through the stream; here the scalar recipe is
  // checked against the textbook formula in double precision.
  const RandomStream stream(5, "textbook");
  for (std::uint32_t block = 0; block < 2000; ++block) {
    const auto words = stream.bits(0, 0, block);
    const double u = ((words[0] >> 1) + 0.5) * 0x1p-31;
    const double quarter = (words[1] >> 30) * (std::numbers::pi / 2);
    const double within =
        ((words[1] & 0x3fffffffu) + 0.5 - 0x1p29) * 0x1p-30 * (std::numbers::pi / 2);
    const double radius = std::sqrt(-2 * std::log(u));
    // Near u = 1 the radius is on a coarser grid in float, hence the absolute part.
    const double tolerance = 1e-6 * (1 + radius) + 4e-8 / std::max(radius, 1e-4);
    EXPECT_NEAR(stream.normal<float>(0, 0, 4 * block), radius * std::cos(quarter + within),
                tolerance);
    EXPECT_NEAR(stream.normal<float>(0, 0, 4 * block + 1), radius * std::sin(quarter + within),
                tolerance);

    const std::uint64_t a = (std::uint64_t{words[1]} << 32) | words[0];
    const std::uint64_t b = (std::uint64_t{words[3]} << 32) | words[2];
    const double radius64 =
        std::sqrt(-2 * std::log((static_cast<double>(a >> 12) + 0.5) * 0x1p-52));
    const double angle64 = (static_cast<double>(b >> 62) +
                            (static_cast<double>(b << 2 >> 12) + 0.5 - 0x1p51) * 0x1p-52) *
                           (std::numbers::pi / 2);
    EXPECT_NEAR(stream.normal<double>(0, 0, 2 * block), radius64 * std::cos(angle64), 4e-15);
    EXPECT_NEAR(stream.normal<double>(0, 0, 2 * block + 1), radius64 * std::sin(angle64), 4e-15);
  }
}

// ---- elementary functions
// ------------------------------------------------------------------------

TEST(Approximations, LogKeepsItsErrorBound) {
  double worst32 = 0, worst64 = 0;
  for (double x = 1e-12; x < 1e6; x *= 1.00037) {
    const auto x32 = static_cast<float>(x);
    const double exact32 = std::log(static_cast<double>(x32));
    if (exact32 != 0)
      worst32 = std::max(worst32, std::abs(approximations::log(x32) - exact32) / std::abs(exact32));
    const long double exact64 = std::log(static_cast<long double>(x));
    if (exact64 != 0)
      worst64 = std::max(worst64, static_cast<double>(std::abs(approximations::log(x) - exact64) /
                                                      std::abs(exact64)));
  }
  EXPECT_LT(worst32, 2e-7);
  EXPECT_LT(worst64, 5e-16);
  EXPECT_EQ(approximations::log(1.0F), 0.0F);
  EXPECT_EQ(approximations::log(1.0), 0.0);
}

TEST(Approximations, SineAndCosineKeepTheirErrorBound) {
  for (double x = -std::numbers::pi / 4; x <= std::numbers::pi / 4; x += 1e-4) {
    const auto x32 = static_cast<float>(x);
    EXPECT_NEAR(approximations::sine_within_quarter(x32), std::sin(static_cast<double>(x32)), 1e-7);
    EXPECT_NEAR(approximations::cosine_within_quarter(x32), std::cos(static_cast<double>(x32)),
                1e-7);
    EXPECT_NEAR(approximations::sine_within_quarter(x), std::sin(x), 2e-16);
    EXPECT_NEAR(approximations::cosine_within_quarter(x), std::cos(x), 2e-16);
  }
}

TEST(Approximations, TanhKeepsItsErrorBound) {
  EXPECT_EQ(approximations::tanh(0.0F), 0.0F);
  for (double x = 1e-6; x < 100; x *= 1.0007) {
    const auto x32 = static_cast<float>(x);
    const double exact = std::tanh(static_cast<double>(x32));
    EXPECT_NEAR(approximations::tanh(x32) / exact, 1, 5e-7) << x;
    EXPECT_EQ(approximations::tanh(-x32), -approximations::tanh(x32));
    EXPECT_LE(approximations::tanh(x32), 1 + 2e-7F);
  }
}

// ---- laws
// ----------------------------------------------------------------------------------------

/// Normals of many (trial, step) addresses, as a sampler would draw them.
template <class Real>
std::vector<Real> sample(const RandomStream& stream, std::size_t count) {
  std::vector<Real> all(count);
  const std::size_t per_step = 256 * 8;
  for (std::size_t done = 0; done < count; done += per_step)
    stream.fill_normals_across_trials<Real>(
        1000, 256, static_cast<std::uint32_t>(done / per_step), 0,
        std::span(all).subspan(done, std::min(per_step, count - done)));
  return all;
}

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

TYPED_TEST(RandomFill, NormalsHaveTheRightMoments) {
  const auto x = sample<TypeParam>(RandomStream(2024, "moments"), 1 << 20);
  const auto n = static_cast<double>(x.size());
  const double expected[] = {0, 1, 0, 3, 0, 15, 0, 105};
  const double doubled[] = {1, 3, 15, 105, 945, 10395, 135135, 2027025};  // E x^2k, for variances
  for (int power = 1; power <= 8; ++power) {
    double sum = 0;
    for (const double value : x) sum += std::pow(value, power);
    const double mean = expected[power - 1];
    const double standard_error = std::sqrt((doubled[power - 1] - mean * mean) / n);
    EXPECT_NEAR(sum / n, mean, 4 * standard_error) << "power " << power;
  }
}

TYPED_TEST(RandomFill, NormalsHaveTheRightTails) {
  const auto x = sample<TypeParam>(RandomStream(2025, "tails"), 1 << 21);
  const auto n = static_cast<double>(x.size());
  for (const double limit : {0.01, 0.5, 1.0, 2.0, 3.0, 4.0, 4.5}) {
    const double p = 2 * normal_cdf(-limit);
    const auto beyond = static_cast<double>(
        std::count_if(x.begin(), x.end(), [limit](double v) { return std::abs(v) > limit; }));
    EXPECT_NEAR(beyond, n * p, 4 * std::sqrt(n * p * (1 - p)) + 1) << limit;
    const auto above = static_cast<double>(
        std::count_if(x.begin(), x.end(), [limit](double v) { return v > limit; }));
    EXPECT_NEAR(above, n * p / 2, 4 * std::sqrt(n * p / 2 * (1 - p / 2)) + 1) << limit;
  }
}

TYPED_TEST(RandomFill, NormalsPassKolmogorovAndSmirnov) {
  auto x = sample<TypeParam>(RandomStream(2026, "ks"), 1 << 19);
  std::sort(x.begin(), x.end());
  const auto n = static_cast<double>(x.size());
  double distance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double cdf = normal_cdf(x[i]);
    distance = std::max({distance, std::abs(cdf - static_cast<double>(i) / n),
                         std::abs(cdf - static_cast<double>(i + 1) / n)});
  }
  EXPECT_LT(distance * std::sqrt(n), 1.95);  // P = 0.001
}

TYPED_TEST(RandomFill, UniformsFillTheirBinsEvenly) {
  const RandomStream stream(2027, "bins");
  constexpr std::size_t bins = 256, count = 1 << 18;
  std::vector<TypeParam> u(count);
  stream.fill_uniforms<TypeParam>(4, 5, u);
  std::vector<double> histogram(bins);
  for (const TypeParam value : u) histogram[static_cast<std::size_t>(value * bins)] += 1;
  const double expected = static_cast<double>(count) / bins;
  double chi2 = 0;
  for (const double h : histogram) chi2 += (h - expected) * (h - expected) / expected;
  EXPECT_NEAR(chi2, bins - 1, 4 * std::sqrt(2.0 * (bins - 1)));
}

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum / static_cast<double>(a.size());
}

TEST(RandomStream, NeighboursInEveryDirectionAreIndependent) {
  constexpr std::size_t n = 1 << 16;
  const auto draw = [](const RandomStream& stream, std::uint64_t trial, std::uint32_t step,
                       std::uint32_t component) {
    std::vector<float> x(n);
    stream.fill_normals_across_trials<float>(trial, n, step, component / 4 * 4, x);
    if (component % 4 != 0) {
      std::vector<float> rows(4 * n);
      stream.fill_normals_across_trials<float>(trial, n, step, component / 4 * 4, rows);
      x.assign(rows.begin() + static_cast<std::ptrdiff_t>(component % 4 * n),
               rows.begin() + static_cast<std::ptrdiff_t>((component % 4 + 1) * n));
    }
    return x;
  };
  const RandomStream stream(1, "independence", {std::int64_t{0}});
  const auto base = draw(stream, 0, 0, 0);
  const std::vector<std::pair<const char*, std::vector<float>>> others = {
      {"next trial", draw(stream, 1, 0, 0)},
      {"next step", draw(stream, 0, 1, 0)},
      {"the other half of the pair", draw(stream, 0, 0, 1)},
      {"the other pair", draw(stream, 0, 0, 2)},
      {"next block", draw(stream, 0, 0, 4)},
      {"next seed", draw(RandomStream(2, "independence", {std::int64_t{0}}), 0, 0, 0)},
      {"another purpose", draw(RandomStream(1, "dependence", {std::int64_t{0}}), 0, 0, 0)},
      {"another coordinate", draw(RandomStream(1, "independence", {std::int64_t{1}}), 0, 0, 0)}};
  const double standard_error = 1 / std::sqrt(static_cast<double>(n));
  auto squared = [](std::vector<float> x) {
    for (float& v : x) v = (v * v - 1) / std::numbers::sqrt2_v<float>;
    return x;
  };
  for (const auto& [what, other] : others) {
    EXPECT_LT(std::abs(correlation(base, other)), 4 * standard_error) << what;
    EXPECT_LT(std::abs(correlation(squared(base), squared(other))), 4 * standard_error) << what;
    EXPECT_NE(base, other) << what;
  }
}

}  // namespace
}  // namespace syncgap
