#include "observables/matrix_product.h"

#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

extern "C" int openblas_get_parallel();
extern "C" {
[[gnu::weak]] int omp_get_max_threads();
[[gnu::weak]] void omp_set_num_threads(int);
}

namespace syncgap::observables {
namespace {

/// rows x inner by columns x inner, transposed: numbers that a mix-up changes.
struct Case {
  std::size_t m, n, k;
  std::vector<float> a, b;

  Case(std::size_t rows, std::size_t columns, std::size_t inner)
      : m(rows), n(columns), k(inner), a(rows * inner), b(columns * inner) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = std::sin(static_cast<float>(i));
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = std::cos(3.0F * static_cast<float>(i));
  }
  std::vector<float> product() const {
    std::vector<float> c(m * n);
    multiply_transposed(m, n, k, a.data(), b.data(), c.data());
    return c;
  }
};

TEST(MatrixProduct, IsTheSumOfProducts) {
  const Case of(5, 7, 11);
  const auto c = of.product();
  for (std::size_t i = 0; i < of.m; ++i)
    for (std::size_t j = 0; j < of.n; ++j) {
      double sum = 0;
      for (std::size_t l = 0; l < of.k; ++l) sum += double{of.a[i * of.k + l]} * of.b[j * of.k + l];
      EXPECT_NEAR(c[i * of.n + j], sum, 1e-5);
    }
}

// LibTorch calls the same OpenBLAS from several threads; its build for one thread mixes them up.
TEST(MatrixProduct, OpenBlasTakesSeveralCallersAtOnce) {
  if (openblas_get_parallel() == 0)
    GTEST_SKIP() << "this OpenBLAS is built for one thread: networks must be given one";
  const Case small(5, 5, 64), large(96, 49, 16);
  const auto small_alone = small.product(), large_alone = large.product();
  std::atomic<int> wrong = 0;
  const auto call = [&](const Case& of, const std::vector<float>& alone) {
    for (int i = 0; i < 3000; ++i) wrong += of.product() != alone;
  };
  std::thread first([&] { call(small, small_alone); }), second([&] { call(large, large_alone); });
  first.join();
  second.join();
  EXPECT_EQ(wrong, 0);
}

TEST(MatrixProduct, LeavesTheThreadsOfOthersAlone) {
  if (omp_get_max_threads == nullptr) GTEST_SKIP() << "there is no OpenMP here";
  const int before = omp_get_max_threads();
  omp_set_num_threads(3);
  EXPECT_EQ(Case(40, 30, 20).product().size(), 1200U);
  EXPECT_EQ(omp_get_max_threads(), 3);
  omp_set_num_threads(before);
}

}  // namespace
}  // namespace syncgap::observables
