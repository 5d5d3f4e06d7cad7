// Vectors of which only the first lanes exist in memory: the end of an array that vectors do not
// fill. Included once per Highway target.
#include <cstddef>
#include <cstring>

#include "core/simd.h"

#if defined(SYNCGAP_CORE_SIMD_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SYNCGAP_CORE_SIMD_LANES_INL_H_
#undef SYNCGAP_CORE_SIMD_LANES_INL_H_
#else
#define SYNCGAP_CORE_SIMD_LANES_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The first `count` lanes from memory, zero in the others.
template <class D>
HWY_INLINE hn::Vec<D> load_first(D d, const hn::TFromD<D>* from, std::size_t count) {
  if (count == hn::Lanes(d)) return hn::LoadU(d, from);
  HWY_ALIGN hn::TFromD<D> part[hn::MaxLanes(d)] = {};
  std::memcpy(part, from, count * sizeof(part[0]));
  return hn::Load(d, part);
}

/// The first `count` lanes to memory; nothing behind them is touched.
template <class D>
HWY_INLINE void store_first(D d, hn::Vec<D> v, hn::TFromD<D>* to, std::size_t count) {
  if (count == hn::Lanes(d)) {
    hn::StoreU(v, d, to);
  } else {
    HWY_ALIGN hn::TFromD<D> part[hn::MaxLanes(d)];
    hn::Store(v, d, part);
    std::memcpy(to, part, count * sizeof(part[0]));
  }
}

}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
