#include "networks/freed_memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace syncgap::networks {

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kLargest = 32 << 20;  // as much as glibc accepts
  mallopt(M_MMAP_THRESHOLD, kLargest);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

}  // namespace syncgap::networks
