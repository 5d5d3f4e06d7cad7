#include "observables/matrix_product.h"

#include <algorithm>
#include <cblas.h>
#include <string>

#include "core/check.h"

// Of the OpenMP that OpenBLAS or LibTorch brings along; absent where neither does.
extern "C" {
[[gnu::weak]] int omp_get_max_threads();
[[gnu::weak]] void omp_set_num_threads(int);
}

namespace syncgap::observables {
namespace {

/// A product takes one thread, whichever build of OpenBLAS is there, so that its bits are the same
/// and ranks leave each other their cores. The build for OpenMP asks OpenMP how many, the others
/// remember what they were told.
class OneThread {
 public:
  OneThread() {
    if (has_openmp()) before_ = omp_get_max_threads();
    // Older builds for OpenMP tell OpenMP so, too.
    [[maybe_unused]] static const bool told = (openblas_set_num_threads(1), true);
    if (has_openmp()) omp_set_num_threads(1);
  }
  ~OneThread() {
    if (has_openmp()) omp_set_num_threads(before_);
  }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  static bool has_openmp() {
    return omp_get_max_threads != nullptr && omp_set_num_threads != nullptr;
  }

  int before_ = 1;
};

int blas_int(std::size_t size) {
  SYNCGAP_EXPECTS(size < (std::size_t{1} << 31));
  return static_cast<int>(size);
}

/// BLAS wants a leading dimension of at least one, also of an empty matrix.
int stride_of(std::size_t size) { return blas_int(std::max<std::size_t>(size, 1)); }

void product(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, std::size_t m, std::size_t n, std::size_t k,
             const float* a, const float* b, float beta, float* c, Strides s) {
  const OneThread scope;
  cblas_sgemm(CblasRowMajor, ta, tb, blas_int(m), blas_int(n), blas_int(k), 1, a, stride_of(s.a), b,
              stride_of(s.b), beta, c, stride_of(s.c));
}

void product(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, std::size_t m, std::size_t n, std::size_t k,
             const double* a, const double* b, double beta, double* c, Strides s) {
  const OneThread scope;
  cblas_dgemm(CblasRowMajor, ta, tb, blas_int(m), blas_int(n), blas_int(k), 1, a, stride_of(s.a), b,
              stride_of(s.b), beta, c, stride_of(s.c));
}

}  // namespace

void multiply_transposed(std::size_t m, std::size_t n, std::size_t k, const float* a,
                         const float* b, float* c) {
  product(CblasNoTrans, CblasTrans, m, n, k, a, b, 0, c, {k, k, n});
}

void multiply_transposed(std::size_t m, std::size_t n, std::size_t k, const double* a,
                         const double* b, double* c) {
  product(CblasNoTrans, CblasTrans, m, n, k, a, b, 0, c, {k, k, n});
}

void add_product(std::size_t m, std::size_t n, std::size_t k, const float* a, const float* b,
                 float* c, Strides strides) {
  product(CblasNoTrans, CblasNoTrans, m, n, k, a, b, 1, c, strides);
}

void add_product(std::size_t m, std::size_t n, std::size_t k, const double* a, const double* b,
                 double* c, Strides strides) {
  product(CblasNoTrans, CblasNoTrans, m, n, k, a, b, 1, c, strides);
}

void add_transposed_product(std::size_t m, std::size_t n, std::size_t k, const float* a,
                            const float* b, float* c) {
  product(CblasTrans, CblasNoTrans, m, n, k, a, b, 1, c, {m, n, n});
}

void add_transposed_product(std::size_t m, std::size_t n, std::size_t k, const double* a,
                            const double* b, double* c) {
  product(CblasTrans, CblasNoTrans, m, n, k, a, b, 1, c, {m, n, n});
}

const char* matrix_product_library() {
  static const std::string text = [] {
    const std::string config = openblas_get_config();  // "OpenBLAS 0.3.21 DYNAMIC_ARCH ..."
    const std::size_t end = config.find(' ', config.find(' ') + 1);
    return config.substr(0, end) + ", " + openblas_get_corename();
  }();
  return text.c_str();
}

}  // namespace syncgap::observables
