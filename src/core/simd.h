#pragma once

// The instruction sets vector code is compiled for. Included before any other Highway header.
//
// Three targets on x86-64: AVX-512, AVX2 (both with fused multiply-add) and Highway's portable one,
// which takes whatever else there is. The SSE targets are left out: they have no fused
// multiply-add, and without it the time goes into emulating it, whatever the vector width. On ARM
// it is NEON alone: vectors of unknown size cannot be members of a struct.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// After the definition it must see.
#include <hwy/targets.h>
