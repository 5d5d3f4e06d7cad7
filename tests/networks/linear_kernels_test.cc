#include "networks/linear_kernels.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "networks/bf16_kernels.h"
#include "simd_targets.h"

namespace syncgap::networks {
namespace {

struct LayerSizes {
  std::int64_t rows, in, out;
};

/// Fewer and more rows than a tile, outputs that fill neither vectors nor panels.
constexpr LayerSizes kLayerSizes[] = {{1, 1, 1},     {3, 5, 7},     {12, 16, 32},
                                      {13, 24, 33},  {49, 96, 288}, {64, 40, 50},
                                      {25, 384, 96}, {7, 3, 131},   {50, 17, 16}};

std::vector<float> made_up(std::int64_t count, double rate) {
  std::vector<float> out;
  for (std::int64_t i = 0; i < count; ++i)
    out.push_back(static_cast<float>(std::cos(rate * static_cast<double>(i) + rate)));
  return out;
}

struct Layer {
  explicit Layer(const LayerSizes& of)
      : sizes(of),
        weight(made_up(sizes.in * sizes.out, 0.731)),
        bias(made_up(sizes.out, 1.93)),
        x(made_up(sizes.rows * sizes.in, 2.17)),
        onto(made_up(sizes.rows * sizes.out, 0.377)),
        gate(made_up(sizes.out, 0.911)),
        packed(weight, bias) {}

  double product(std::int64_t row, std::int64_t column) const {
    double sum = bias[static_cast<std::size_t>(column)];
    for (std::int64_t k = 0; k < sizes.in; ++k)
      sum += double{x[static_cast<std::size_t>(row * sizes.in + k)]} *
             weight[static_cast<std::size_t>(column * sizes.in + k)];
    return sum;
  }
  FloatRows rows_from(std::int64_t first) const { return {x.data() + first * sizes.in, sizes.in}; }

  LayerSizes sizes;
  std::vector<float> weight, bias, x, onto, gate;
  PackedLinear packed;
};

/// The normal distribution's tanh form, by definition.
double gelu(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

TEST(PackedLinear, AgreesWithSumsInDoublePrecisionOnEveryTarget) {
  for (const auto& target : runnable_simd_targets()) {
    const UseSimdTarget use(target.bit);
    for (const LayerSizes& sizes : kLayerSizes) {
      const Layer layer(sizes);
      EXPECT_EQ(layer.packed.in(), sizes.in);
      EXPECT_EQ(layer.packed.out(), sizes.out);
      const auto stride = sizes.out + 3;
      const auto count = static_cast<std::size_t>(sizes.rows * stride);
      std::vector<float> plain(count, -7), curved(count, -7), gated(count, -7);
      layer.packed.apply(layer.rows_from(0), sizes.rows, plain.data(), stride);
      layer.packed.apply_gelu(layer.rows_from(0), sizes.rows, curved.data(), stride);
      layer.packed.add_gated(layer.rows_from(0), sizes.rows, {layer.onto.data(), sizes.out},
                             layer.gate.data(), gated.data(), stride);
      const double tolerance = 4e-7 * std::sqrt(static_cast<double>(sizes.in)) + 4e-7;
      for (std::int64_t row = 0; row < sizes.rows; ++row)
        for (std::int64_t column = 0; column < stride; ++column) {
          const auto at = static_cast<std::size_t>(row * stride + column);
          if (column >= sizes.out) {  // nothing behind a row is touched
            EXPECT_EQ(plain[at] + curved[at] + gated[at], -21);
            continue;
          }
          const double y = layer.product(row, column);
          const double sum = layer.onto[static_cast<std::size_t>(row * sizes.out + column)] +
                             layer.gate[static_cast<std::size_t>(column)] * y;
          ASSERT_NEAR(plain[at], y, tolerance * (1 + std::abs(y))) << target.name;
          ASSERT_NEAR(curved[at], gelu(y), tolerance * (1 + std::abs(y))) << target.name;
          ASSERT_NEAR(gated[at], sum, tolerance * (1 + std::abs(y))) << target.name;
        }
    }
  }
}

TEST(PackedLinear, OfBfloat16AgreesWithSumsOfRoundedNumbersOnEveryTarget) {
  for (const auto& target : runnable_simd_targets()) {
    const UseSimdTarget use(target.bit);
    for (const LayerSizes& sizes : kLayerSizes) {
      Layer layer(sizes);
      const PackedLinear rounded(layer.weight, layer.bias, Precision::bf16);
      std::vector<float> y(layer.onto.size());
      rounded.apply(layer.rows_from(0), sizes.rows, y.data(), sizes.out);
      double change = 0;
      const auto at = [&](std::int64_t row, std::int64_t column) {
        return static_cast<std::size_t>(row * sizes.out + column);
      };
      for (std::int64_t row = 0; row < sizes.rows; ++row)
        for (std::int64_t column = 0; column < sizes.out; ++column)
          change = std::max(change, std::abs(y[at(row, column)] - layer.product(row, column)));
      for (float& value : layer.weight) value = bf16_value(bf16_bits(value));
      for (float& value : layer.x) value = bf16_value(bf16_bits(value));
      const double tolerance = 4e-7 * std::sqrt(static_cast<double>(sizes.in)) + 4e-7;
      for (std::int64_t row = 0; row < sizes.rows; ++row)
        for (std::int64_t column = 0; column < sizes.out; ++column) {
          const double exact = layer.product(row, column);
          ASSERT_NEAR(y[at(row, column)], exact, tolerance * (1 + std::abs(exact)))
              << target.name << ", " << sizes.rows << " x " << sizes.in << " x " << sizes.out;
        }
      if (sizes.in > 1) {
        EXPECT_GT(change, 1e-4) << "nothing was rounded";
      }
    }
  }
}

TEST(Bfloat16, IsTheNearestOfTies) {
  EXPECT_EQ(bf16_bits(1.0F), 0x3f80);
  EXPECT_EQ(bf16_value(0x3f81), 1.0078125F);
  EXPECT_EQ(bf16_bits(1.00390625F), 0x3f80);  // halfway, to even
  EXPECT_EQ(bf16_bits(1.01171875F), 0x3f82);  // halfway, to even
  EXPECT_EQ(bf16_bits(std::nextafter(1.00390625F, 2.0F)), 0x3f81);
  EXPECT_TRUE(std::isnan(bf16_value(bf16_bits(std::nanf("")))));
  EXPECT_EQ(bf16_value(bf16_bits(-INFINITY)), -INFINITY);
}

TEST(PackedLinear, ARowHasTheSameBitsAmongAnyOthers) {
  for (const auto& target : runnable_simd_targets()) {
    const UseSimdTarget use(target.bit);
    for (const LayerSizes& sizes : kLayerSizes) {
      const Layer layer(sizes);
      std::vector<float> together(layer.onto.size()), alone(static_cast<std::size_t>(sizes.out));
      layer.packed.apply_gelu(layer.rows_from(0), sizes.rows, together.data(), sizes.out);
      for (std::int64_t row = 0; row < sizes.rows; ++row) {
        layer.packed.apply_gelu(layer.rows_from(row), 1, alone.data(), sizes.out);
        for (std::size_t k = 0; k < alone.size(); ++k)
          ASSERT_EQ(alone[k], together[static_cast<std::size_t>(row * sizes.out) + k]);
      }
    }
  }
}

TEST(ModulatedNorm, HasTheMeanVarianceShiftAndScaleAskedForOnEveryTarget) {
  for (const auto& target : runnable_simd_targets()) {
    const UseSimdTarget use(target.bit);
    for (const std::int64_t width : {1, 4, 24, 33, 96, 130}) {
      constexpr std::int64_t kRows = 3;
      auto x = made_up(kRows * width, 0.61);
      for (float& value : x) value = 0.1F * value + 30;  // a mean that would drown the variance
      const auto shift = made_up(width, 1.3), scale = made_up(width, 0.7);
      std::vector<float> y(x.size());
      modulated_norm({x.data(), width}, kRows, width, shift.data(), scale.data(), 1e-6, y.data());
      for (std::int64_t row = 0; row < kRows; ++row) {
        const float* from = x.data() + row * width;
        double mean = 0, variance = 0;
        for (std::int64_t k = 0; k < width; ++k) mean += from[k] / static_cast<double>(width);
        for (std::int64_t k = 0; k < width; ++k)
          variance += (from[k] - mean) * (from[k] - mean) / static_cast<double>(width);
        for (std::int64_t k = 0; k < width; ++k) {
          const auto at = static_cast<std::size_t>(k);
          const double normed = (from[k] - mean) / std::sqrt(variance + 1e-6);
          ASSERT_NEAR(y[static_cast<std::size_t>(row * width + k)],
                      normed * (1 + double{scale[at]}) + shift[at], 3e-4)
              << target.name << ", width " << width;
        }
      }
    }
  }
}

}  // namespace
}  // namespace syncgap::networks
