#include "observables/matrix_product.h"

#include <algorithm>
#include <cblas.h>
#include <string>

#include "core/check.h"

namespace syncgap::observables {
namespace {

/// The threaded builds of OpenBLAS would start a thread per core in every rank.
void use_one_thread() {
  [[maybe_unused]] static const bool done = [] {
    openblas_set_num_threads(1);
    return true;
  }();
}

int blas_int(std::size_t size) {
  SYNCGAP_EXPECTS(size < (std::size_t{1} << 31));
  return static_cast<int>(size);
}

/// BLAS wants a leading dimension of at least one, also of an empty matrix.
int stride_of(std::size_t size) { return blas_int(std::max<std::size_t>(size, 1)); }

void product(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, std::size_t m, std::size_t n, std::size_t k,
             const float* a, const float* b, float beta, float* c, Strides s) {
  use_one_thread();
  cblas_sgemm(CblasRowMajor, ta, tb, blas_int(m), blas_int(n), blas_int(k), 1, a, stride_of(s.a), b,
              stride_of(s.b), beta, c, stride_of(s.c));
}

void product(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, std::size_t m, std::size_t n, std::size_t k,
             const double* a, const double* b, double beta, double* c, Strides s) {
  use_one_thread();
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
