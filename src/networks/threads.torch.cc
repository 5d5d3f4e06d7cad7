#include "networks/threads.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "core/check.h"

// Of the OpenBLAS that a distribution's LibTorch calls; absent where it calls another library.
extern "C" [[gnu::weak]] int openblas_get_parallel();

namespace syncgap::networks {
namespace {

/// LibTorch multiplies the matrices of a batch on several threads at once. OpenBLAS's build for
/// programs of one thread then mixes them up without a word.
bool products_need_one_thread() {
  constexpr int kSequential = 0;
  return !at::hasMKL() && openblas_get_parallel != nullptr &&
         openblas_get_parallel() == kSequential;
}

}  // namespace

ThreadScope::ThreadScope(std::int64_t threads) : before_(at::get_num_threads()) {
  require_input(threads == 1 || !products_need_one_thread(), "threads = ", threads,
                " with an OpenBLAS that is built for one thread would give wrong numbers: install "
                "its OpenMP build (Debian: libopenblas0-openmp), or set threads to 1");
  at::set_num_threads(static_cast<int>(threads));
}

ThreadScope::~ThreadScope() { at::set_num_threads(before_); }

}  // namespace syncgap::networks
