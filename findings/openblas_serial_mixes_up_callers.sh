#!/usr/bin/env bash
# Debian's libopenblas0-serial gives wrong matrix products, without a word, to a program that calls it
# from two threads at once. "Serial" there means more than that a product takes one thread: its working
# memory is handed out without a lock, so two callers may get the same piece. LibTorch and NumPy of the
# distribution reach it through libblas.so.3, and LibTorch multiplies the matrices of a batch on all
# its OpenMP threads: attention, convolutions in double precision and their gradients are then wrong in
# some entries of some runs (Debian 13, LibTorch 2.6: errors of order one in scaled dot products).
# Small examples and one thread look right.
#
# Seen with libopenblas0-serial 0.3.21+ds-4 (Debian 12), OPENBLAS_CORETYPE=Haswell, two threads, x86_64:
#   one or two in a hundred products of 5 x 64 by 64 x 5 in single precision off by order one; none with
#   libopenblas0-openmp or libopenblas0-pthread of the same version. The same with 0.3.29 of Debian 13.
# Remedy: the OpenMP build (libopenblas0-openmp): inside a parallel region a product takes one thread,
# and callers do not meet. Or one thread for the caller, too.
#
# Needs Debian 12's mirrors in apt's sources, g++, two cores.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
version=0.3.21+ds-4
apt-get -q download "libopenblas0-serial=$version" "libopenblas0-openmp=$version" \
  "libopenblas0-pthread=$version" >/dev/null 2>&1
for package in ./*.deb; do dpkg -x "$package" root; done
cat > calls.cc <<'CODE'
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <dlfcn.h>
#include <thread>
#include <vector>

using Gemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int, float,
                      float*, int);

int main(int, char** words) {
  void* library = dlopen(words[1], RTLD_NOW);
  if (!library) return std::puts(dlerror()), 2;
  auto* gemm = reinterpret_cast<Gemm>(dlsym(library, "cblas_sgemm"));
  auto* config = reinterpret_cast<char* (*)()>(dlsym(library, "openblas_get_config"));
  constexpr int kRow = 101, kPlain = 111, kTransposed = 112, n = 5, k = 64;
  std::vector<float> a(n * k), b(n * k);
  for (int i = 0; i < n * k; ++i) a[i] = std::sin(float(i)), b[i] = std::cos(3.0F * float(i));
  const auto product = [&] {
    std::vector<float> c(n * n);
    gemm(kRow, kPlain, kTransposed, n, n, k, 1, a.data(), k, b.data(), k, 0, c.data(), n);
    return c;
  };
  const auto alone = product();
  long wrong[2] = {0, 0};
  double most[2] = {0, 0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 2; ++t)
    callers.emplace_back([&, t] {
      for (int i = 0; i < 50000; ++i) {
        const auto c = product();
        double off = 0;
        for (int j = 0; j < n * n; ++j) off = std::max(off, std::fabs(double(c[j]) - alone[j]));
        wrong[t] += off > 1e-3;
        most[t] = std::max(most[t], off);
      }
    });
  for (auto& caller : callers) caller.join();
  std::printf("%s\n  %ld of 100000 wrong, the worst by %.3g\n", config(), wrong[0] + wrong[1],
              std::max(most[0], most[1]));
  return wrong[0] + wrong[1] > 0 ? 1 : 0;
}
CODE
g++ -O1 -pthread -o calls calls.cc
status=0
for build in serial openmp pthread; do
  seen=right
  # Wrong only now and then: up to ten rounds.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    OPENBLAS_CORETYPE=Haswell OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 \
      ./calls "$folder/root/usr/lib/x86_64-linux-gnu/openblas-$build/libopenblas.so.0" || seen=wrong
    [ "$build" = serial ] || continue
    [ $seen = right ] || break
  done
  printf '%s: %s\n' "$build" $seen
  case $build:$seen in serial:wrong|openmp:right|pthread:right) ;; *) status=1 ;; esac
done
[ $status -eq 0 ] && echo "as described" || echo "CHANGED"
exit $status
