#pragma once

// The instruction sets vector code is compiled for. Included before any other Highway header.
//
// Three targets on x86-64: AVX-512, AVX2 (both with fused multiply-add) and Highway's portable one,
// which takes whatever else there is. The SSE targets are left out: they have no fused
// multiply-add, and without it the time goes into emulating it, whatever the vector width.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)

// After the definition it must see.
#include <hwy/targets.h>
