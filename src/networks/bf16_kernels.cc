#include "networks/bf16_kernels.h"

#include <bit>
#include <cmath>

#include "core/check.h"

#if defined(__x86_64__)
#include <immintrin.h>
// Highway of Debian 12 (1.0.3) has no vectors that compute with bfloat16.
#define SYNCGAP_BF16_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))
#endif

namespace syncgap::networks {

std::uint16_t bf16_bits(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if (std::isnan(x)) return static_cast<std::uint16_t>(bits >> 16 | 0x40);  // stays one
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float bf16_value(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

#if defined(__x86_64__)
namespace {

constexpr std::size_t kMostRows = 12;

template <std::size_t rows>
SYNCGAP_BF16_TARGET inline void tile(const std::uint16_t* x, std::size_t stride,
                                     const std::uint16_t* panel, std::size_t pairs, float* sums) {
  __m512 sum[rows][2];
  for (auto& row : sum) row[0] = row[1] = _mm512_setzero_ps();
  for (std::size_t k = 0; k < pairs; ++k) {
    const auto left = reinterpret_cast<__m512bh>(_mm512_loadu_si512(panel + 64 * k));
    const auto right = reinterpret_cast<__m512bh>(_mm512_loadu_si512(panel + 64 * k + 32));
    for (std::size_t r = 0; r < rows; ++r) {
      std::int32_t pair;
      __builtin_memcpy(&pair, x + r * stride + 2 * k, sizeof pair);
      const auto factor = reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
      sum[r][0] = _mm512_dpbf16_ps(sum[r][0], factor, left);
      sum[r][1] = _mm512_dpbf16_ps(sum[r][1], factor, right);
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    _mm512_storeu_ps(sums + 32 * r, sum[r][0]);
    _mm512_storeu_ps(sums + 32 * r + 16, sum[r][1]);
  }
}

template <std::size_t most>
SYNCGAP_BF16_TARGET void tile_of(std::size_t rows, const std::uint16_t* x, std::size_t stride,
                                 const std::uint16_t* panel, std::size_t pairs, float* sums) {
  if constexpr (most > 1) {
    if (rows < most) return tile_of<most - 1>(rows, x, stride, panel, pairs, sums);
  }
  tile<most>(x, stride, panel, pairs, sums);
}

}  // namespace

bool has_bf16_products() {
  return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

SYNCGAP_BF16_TARGET void to_bf16_rows(const float* x, std::size_t stride, std::size_t rows,
                                      std::size_t in, std::uint16_t* to, std::size_t to_stride) {
  for (std::size_t r = 0; r < rows; ++r, x += stride, to += to_stride) {
    std::size_t k = 0;
    for (; k + 16 <= in; k += 16)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + k),
                          reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_loadu_ps(x + k))));
    for (; k < in; ++k) to[k] = bf16_bits(x[k]);
    if (in % 2 == 1) to[in] = 0;
  }
}

void bf16_tile(std::size_t rows, const std::uint16_t* x, std::size_t stride,
               const std::uint16_t* panel, std::size_t pairs, float* sums) {
  SYNCGAP_EXPECTS(rows >= 1 && rows <= kMostRows, rows);
  tile_of<kMostRows>(rows, x, stride, panel, pairs, sums);
}
#else
bool has_bf16_products() { return false; }
void to_bf16_rows(const float*, std::size_t, std::size_t, std::size_t, std::uint16_t*,
                  std::size_t) {
  SYNCGAP_EXPECTS(false, "this processor has no products of bfloat16");
}
void bf16_tile(std::size_t, const std::uint16_t*, std::size_t, const std::uint16_t*, std::size_t,
               float*) {
  SYNCGAP_EXPECTS(false, "this processor has no products of bfloat16");
}
#endif

}  // namespace syncgap::networks
