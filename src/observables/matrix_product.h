#pragma once

#include <cstddef>

namespace syncgap::observables {

// Dense products by the machine's BLAS (OpenBLAS: kernels for every x86-64 chosen at run time,
// about three times Eigen compiled for the baseline). One thread: the ranks of a sweep fill the
// cores, and the order of summation, hence every bit, is then fixed by machine and library alone.
// All matrices are row-major and dense; letters in brackets are shapes.

/// c (m, n) = a (m, k) b^T, b (n, k).
void multiply_transposed(std::size_t m, std::size_t n, std::size_t k, const float* a,
                         const float* b, float* c);
void multiply_transposed(std::size_t m, std::size_t n, std::size_t k, const double* a,
                         const double* b, double* c);

/// c (m, n) += a (m, k) b, b (k, n); row strides of a, b, c given by `a_stride`, ...
struct Strides {
  std::size_t a, b, c;
};
void add_product(std::size_t m, std::size_t n, std::size_t k, const float* a, const float* b,
                 float* c, Strides strides);
void add_product(std::size_t m, std::size_t n, std::size_t k, const double* a, const double* b,
                 double* c, Strides strides);

/// c (m, n) += a^T b, a (k, m), b (k, n).
void add_transposed_product(std::size_t m, std::size_t n, std::size_t k, const float* a,
                            const float* b, float* c);
void add_transposed_product(std::size_t m, std::size_t n, std::size_t k, const double* a,
                            const double* b, double* c);

/// "OpenBLAS 0.3.21, Cooperlake": what the bits of a product depend on beside the machine.
const char* matrix_product_library();

}  // namespace syncgap::observables
