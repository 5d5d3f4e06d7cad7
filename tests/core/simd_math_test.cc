// The vector functions of simd_math-inl.h against their scalar twins, on every instruction set.
#include <cmath>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "core/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/simd_math_test.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace {

template <class Real, class F>
void apply(std::span<const Real> in, std::span<Real> out, F f) {
  const hn::ScalableTag<Real> d;
  for (std::size_t i = 0; i < in.size(); i += hn::Lanes(d))
    hn::StoreU(f(d, hn::LoadU(d, &in[i])), d, &out[i]);
}

void vector_log(std::span<const float> x, std::span<float> y) {
  apply(x, y, [](auto d, auto v) HWY_ATTR { return log(d, v); });
}
void vector_log64(std::span<const double> x, std::span<double> y) {
  apply(x, y, [](auto d, auto v) HWY_ATTR { return log(d, v); });
}
void vector_tanh(std::span<const float> x, std::span<float> y) {
  apply(x, y, [](auto d, auto v) HWY_ATTR { return tanh(d, v); });
}
void vector_fma(std::span<const float> x, std::span<float> y) {
  apply(x, y, [](auto d, auto v) HWY_ATTR { return fma(v, v, hn::Set(d, -1.0F)); });
}
void vector_fma64(std::span<const double> x, std::span<double> y) {
  apply(x, y, [](auto d, auto v) HWY_ATTR { return fma(v, v, hn::Set(d, -1.0)); });
}

}  // namespace
}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <gtest/gtest.h>

#include "core/approximations.h"
#include "simd_targets.h"

namespace syncgap {
namespace {
HWY_EXPORT(vector_log);
HWY_EXPORT(vector_log64);
HWY_EXPORT(vector_tanh);
HWY_EXPORT(vector_fma);
HWY_EXPORT(vector_fma64);

template <class Real>
std::vector<Real> spread(Real low, Real high) {
  std::mt19937_64 engine(1);
  std::uniform_real_distribution<double> exponent(std::log(low), std::log(high));
  std::vector<Real> x(4096);
  for (Real& v : x) v = static_cast<Real>(std::exp(exponent(engine)));
  return x;
}

TEST(SimdMath, HasTheBitsOfTheScalarFunctionsOnEveryInstructionSet) {
  const auto x = spread(1e-9F, 1e3F);
  const auto x64 = spread(1e-15, 1e3);
  std::vector<float> y(x.size());
  std::vector<double> y64(x.size());
  for (const auto& target : runnable_simd_targets()) {
    SCOPED_TRACE(target.name);
    const UseSimdTarget use(target.bit);
    HWY_DYNAMIC_DISPATCH(vector_log)(x, y);
    for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i], approximations::log(x[i])) << x[i];
    HWY_DYNAMIC_DISPATCH(vector_log64)(x64, y64);
    for (std::size_t i = 0; i < x.size(); ++i)
      ASSERT_EQ(y64[i], approximations::log(x64[i])) << x64[i];
    HWY_DYNAMIC_DISPATCH(vector_tanh)(x, y);
    for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i], approximations::tanh(x[i])) << x[i];
    // Here a multiplication and an addition with two roundings would differ.
    HWY_DYNAMIC_DISPATCH(vector_fma)(x, y);
    for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i], std::fma(x[i], x[i], -1.0F));
    HWY_DYNAMIC_DISPATCH(vector_fma64)(x64, y64);
    for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y64[i], std::fma(x64[i], x64[i], -1.0));
  }
}

#if HWY_ARCH_X86_64 && !defined(__FMA__)
TEST(SimdMath, CoversTheFusedAndTheEmulatedArithmetic) {
  std::string names;
  for (const auto& target : runnable_simd_targets()) names += target.name + " ";
  // The portable target: Highway takes its one-lane form where a compiler breaks the four-lane one,
  // and from 1.2 on the baseline of the processor family.
  EXPECT_TRUE(names.find("EMU128") != std::string::npos ||
              names.find("SCALAR") != std::string::npos || names.find("SSE2") != std::string::npos)
      << names;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    EXPECT_NE(names.find("AVX2"), std::string::npos) << names;
  }
  if (__builtin_cpu_supports("avx512dq")) {
    EXPECT_NE(names.find("AVX3"), std::string::npos) << names;
  }
}
#endif

}  // namespace
}  // namespace syncgap
#endif  // HWY_ONCE
