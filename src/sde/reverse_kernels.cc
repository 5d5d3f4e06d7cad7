#include "sde/reverse_kernels.h"

#include <algorithm>

#include "core/check.h"
#include "core/philox.h"
#include "core/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sde/reverse_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/random-inl.h"
#include "core/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace {

using sde::JointStepTable;
using sde::PathStepTable;
using sde::PlaneVector;
using sde::PrintedStepTable;
using sde::StepTables;
using sde::TrialBlock;

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;

/// Number of components: a constant in the plane, so that its loops unroll.
template <sde::Space space>
HWY_INLINE std::size_t component_count(const TrialBlock& block) {
  return space == sde::Space::plane ? 2 : block.components;
}

/// A vector of the signal plane in the coordinates simulated.
template <sde::Space space>
HWY_INLINE const float* in_coordinates(const PlaneVector& plane, const TrialBlock& block,
                                       AlignedArray& scratch) {
  if constexpr (space == sde::Space::plane) {
    return plane.data();
  } else {
    const Floats d;
    const Vector along_u = hn::Set(d, plane[0]), along_v = hn::Set(d, plane[1]);
    for (std::size_t c = 0; c < block.components; c += hn::Lanes(d)) {
      const Vector u = hn::Load(d, block.basis.u.data() + c),
                   v = hn::Load(d, block.basis.v.data() + c);
      hn::Store(fma(along_u, u, hn::Mul(along_v, v)), d, scratch.data() + c);
    }
    return scratch.data();
  }
}

/// start + the sum of term(c, .) over components, where term(c, sum) adds the share of component c.
/// Four sums in turn, because a single one would wait for itself; a fixed order in any case.
template <sde::Space space, class Term>
HWY_INLINE Vector sum_components(std::size_t components, Vector start, Term term) {
  if constexpr (space == sde::Space::plane) {
    return term(1, term(0, start));
  } else {
    const Floats d;
    Vector sum0 = start, sum1 = hn::Zero(d), sum2 = hn::Zero(d), sum3 = hn::Zero(d);
    std::size_t c = 0;
    for (; c + 4 <= components; c += 4) {
      sum0 = term(c, sum0);
      sum1 = term(c + 1, sum1);
      sum2 = term(c + 2, sum2);
      sum3 = term(c + 3, sum3);
    }
    for (; c < components; ++c) sum0 = term(c, sum0);
    return hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3));
  }
}

/// on_x . x + on_y . y of one vector of trials; component c of x lies at c * lanes.
template <sde::Space space>
HWY_INLINE Vector class_projection(std::size_t components, std::size_t lanes, const float* on_x,
                                   const float* x, const float* on_y, const float* y) {
  const Floats d;
  return sum_components<space>(components, hn::Zero(d), [=](std::size_t c, Vector sum) HWY_ATTR {
    sum = fma(hn::Set(d, on_x[c]), hn::Load(d, x + c * lanes), sum);
    return fma(hn::Set(d, on_y[c]), hn::Load(d, y + c * lanes), sum);
  });
}

template <sde::Space space>
HWY_INLINE void printed_step(const PrintedStepTable& step, float kick_size, const float* x,
                             TrialBlock& block, float* HWY_RESTRICT y) {
  const Floats d;
  const std::size_t components = component_count<space>(block), lanes = block.lanes;
  const float* on_y = in_coordinates<space>(step.on_y_class, block, block.on_y);
  const float* on_x = in_coordinates<space>(step.on_x_class, block, block.on_x);
  const float* noise = block.noise.data();
  const Vector kick_factor = hn::Set(d, kick_size);
  const Vector y_factor = hn::Set(d, step.on_y), x_factor = hn::Set(d, step.on_x);
  for (std::size_t i = 0; i < lanes; i += hn::Lanes(d)) {
    const Vector half_logit = class_projection<space>(components, lanes, on_x, x + i, on_y, y + i);
    const Vector kick = hn::Mul(kick_factor, tanh(d, half_logit));
    for (std::size_t c = 0; c < components; ++c) {
      const std::size_t at = c * lanes + i;
      const Vector now = hn::Load(d, y + at);
      Vector change = fma(y_factor, now, hn::Load(d, noise + at));
      change = fma(x_factor, hn::Load(d, x + at), change);
      change = fma(hn::Set(d, on_y[c]), kick, change);
      hn::Store(hn::Add(now, change), d, y + at);
    }
  }
}

template <sde::Space space>
HWY_INLINE void path_step(const PathStepTable& step, float kick_size, float half_logit_factor,
                          const float* x, const float* integral, TrialBlock& block,
                          float* HWY_RESTRICT y) {
  const Floats d;
  const std::size_t components = component_count<space>(block), lanes = block.lanes;
  const float* on_y = in_coordinates<space>(step.on_y_class, block, block.on_y);
  const float* noise = block.noise.data();
  const Vector kick_factor = hn::Set(d, kick_size);
  const Vector y_factor = hn::Set(d, step.on_y), x_factor = hn::Set(d, step.on_x);
  const Vector integral_factor = hn::Set(d, step.on_integral);
  for (std::size_t i = 0; i < lanes; i += hn::Lanes(d)) {
    const Vector of_source =
        hn::Mul(hn::Set(d, half_logit_factor), hn::Load(d, block.source_projection.data() + i));
    const Vector half_logit =
        sum_components<space>(components, of_source, [=](std::size_t c, Vector sum) HWY_ATTR {
          const std::size_t at = c * lanes + i;
          const Vector rest = hn::Sub(hn::Load(d, y + at), hn::Load(d, integral + at));
          return fma(hn::Set(d, on_y[c]), rest, sum);
        });
    const Vector kick = hn::Mul(kick_factor, tanh(d, half_logit));
    for (std::size_t c = 0; c < components; ++c) {
      const std::size_t at = c * lanes + i;
      const Vector now = hn::Load(d, y + at);
      Vector change = fma(y_factor, now, hn::Load(d, noise + at));
      change = fma(x_factor, hn::Load(d, x + at), change);
      change = fma(integral_factor, hn::Load(d, integral + at), change);
      change = fma(hn::Set(d, on_y[c]), kick, change);
      hn::Store(hn::Add(now, change), d, y + at);
    }
  }
}

template <sde::Space space>
HWY_INLINE void joint_step(const JointStepTable& step, float kick_size, TrialBlock& block,
                           float* HWY_RESTRICT x, float* HWY_RESTRICT y) {
  const Floats d;
  const std::size_t components = component_count<space>(block), lanes = block.lanes;
  const float* on_y = in_coordinates<space>(step.on_y_class, block, block.on_y);
  const float* on_x = in_coordinates<space>(step.on_x_class, block, block.on_x);
  const float* noise_y = block.noise.data();
  const float* noise_x = noise_y + components * lanes;
  const Vector kick_factor = hn::Set(d, kick_size);
  const Vector xx = hn::Set(d, step.xx), xy = hn::Set(d, step.xy);
  const Vector yx = hn::Set(d, step.yx), yy = hn::Set(d, step.yy);
  for (std::size_t i = 0; i < lanes; i += hn::Lanes(d)) {
    const Vector half_logit = class_projection<space>(components, lanes, on_x, x + i, on_y, y + i);
    const Vector kick = hn::Mul(kick_factor, tanh(d, half_logit));
    for (std::size_t c = 0; c < components; ++c) {
      const std::size_t at = c * lanes + i;
      const Vector x_now = hn::Load(d, x + at), y_now = hn::Load(d, y + at);
      Vector x_change = fma(xx, x_now, hn::Load(d, noise_x + at));
      Vector y_change = fma(yx, x_now, hn::Load(d, noise_y + at));
      x_change = fma(xy, y_now, x_change);
      y_change = fma(yy, y_now, y_change);
      x_change = fma(hn::Set(d, on_x[c]), kick, x_change);
      y_change = fma(hn::Set(d, on_y[c]), kick, y_change);
      hn::Store(hn::Add(x_now, x_change), d, x + at);
      hn::Store(hn::Add(y_now, y_change), d, y + at);
    }
  }
}

/// Rows 0 .. `rows` (and up to three more) of the block's noise for one reverse step.
HWY_INLINE void make_noise(const PhiloxKeySchedule& keys, std::uint64_t first_trial,
                           std::size_t step, float size, std::size_t rows, TrialBlock& block) {
  const Floats d;
  const Vector factor = hn::Set(d, size);
  for (std::size_t row = 0; row < rows; row += 4) {
    float* out = block.noise.data() + row * block.lanes;
    for (std::size_t i = 0; i < block.lanes; i += hn::Lanes(d)) {
      const auto normals =
          normal_block<LanesAre::trials>(first_trial + i, static_cast<std::uint32_t>(step),
                                         static_cast<std::uint32_t>(row / 4), keys);
      hn::Store(hn::Mul(factor, normals.v0), d, out + i);
      hn::Store(hn::Mul(factor, normals.v1), d, out + block.lanes + i);
      hn::Store(hn::Mul(factor, normals.v2), d, out + 2 * block.lanes + i);
      hn::Store(hn::Mul(factor, normals.v3), d, out + 3 * block.lanes + i);
    }
  }
}

void advance_source(const StepTables& tables, const PhiloxKeySchedule& keys,
                    std::uint64_t first_trial, TrialBlock& block) {
  const Floats d;
  const std::size_t state = block.components * block.lanes;
  const std::size_t values = tables.steps * block.components;  // (N, C) per trial
  const Vector decay = hn::Set(d, tables.source_decay);
  const Vector size = hn::Set(d, tables.source_noise);
  float* path = block.source_path.data();
  for (std::size_t i = 0; i < block.lanes; i += hn::Lanes(d)) {
    for (std::size_t n = 0; n < values; n += 4) {
      const auto normals = normal_block<LanesAre::trials>(first_trial + i, 1,
                                                          static_cast<std::uint32_t>(n / 4), keys);
      const Vector noise[] = {normals.v0, normals.v1, normals.v2, normals.v3};
      // Value n of the path of step 1 on lies one state after value n of the path itself.
      for (std::size_t j = 0; j < std::min<std::size_t>(4, values - n); ++j) {
        float* before = path + (n + j) * block.lanes + i;
        const Vector next = fma(decay, hn::Load(d, before), hn::Mul(size, noise[j]));
        hn::Store(next, d, before + state);
      }
    }
  }
}

void integrate_segment(const StepTables& tables, std::size_t segment, TrialBlock& block) {
  const Floats d;
  const std::size_t state = block.components * block.lanes;
  const std::size_t paths = tables.path_samplers.size();
  const std::size_t first = segment * TrialBlock::kSegment;
  const std::size_t last = std::min(first + TrialBlock::kSegment, block.steps);
  float* checkpoint = block.integral_checkpoints.data() + segment * paths * state;
  std::copy_n(checkpoint, paths * state, block.integrals.data());
  const Vector decay = hn::Set(d, tables.source_decay);
  for (std::size_t k = first + 1; k <= last; ++k) {
    const float* x_before = block.source_path.data() + (k - 1) * state;
    const float* x = x_before + state;
    float* row = block.integrals.data() + (k - first) * paths * state;
    for (std::size_t p = 0; p < paths; ++p) {
      const Vector half = hn::Set(d, tables.path[k * paths + p].half_step_coupling);
      const float* before = row - paths * state + p * state;
      for (std::size_t i = 0; i < state; i += hn::Lanes(d)) {
        const Vector carried =
            hn::Mul(decay, fma(half, hn::Load(d, x_before + i), hn::Load(d, before + i)));
        hn::Store(fma(half, hn::Load(d, x + i), carried), d, row + p * state + i);
      }
    }
  }
  std::copy_n(block.integrals.data() + (last - first) * paths * state, paths * state,
              checkpoint + paths * state);
}

template <sde::Space space>
HWY_INLINE void reverse_in(const StepTables& tables, const PhiloxKeySchedule& keys,
                           std::uint64_t first_trial, std::size_t first, std::size_t last,
                           TrialBlock& block) {
  const std::size_t components = component_count<space>(block);
  const std::size_t state = components * block.lanes;
  const std::size_t segment_start = (first - 1) / TrialBlock::kSegment * TrialBlock::kSegment;
  const std::size_t printed = tables.printed_samplers.size();
  const std::size_t paths = tables.path_samplers.size();
  const std::size_t joint = tables.joint_samplers.size();
  for (std::size_t k = first; k > last; --k) {
    make_noise(keys, first_trial, k, tables.noise, joint > 0 ? 2 * components : components, block);
    const float* x = block.source_path.data() + k * state;
    const float* integral = block.integrals.data() + (k - segment_start) * paths * state;
    for (std::size_t p = 0; p < printed; ++p)
      printed_step<space>(tables.printed[k * printed + p], tables.kick, x, block,
                          block.printed_y.data() + p * state);
    for (std::size_t p = 0; p < paths; ++p)
      path_step<space>(tables.path[k * paths + p], tables.kick, tables.path_half_logit, x,
                       integral + p * state, block, block.path_y.data() + p * state);
    for (std::size_t p = 0; p < joint; ++p)
      joint_step<space>(tables.joint[k * joint + p], tables.kick, block,
                        block.joint_x.data() + p * state, block.joint_y.data() + p * state);
  }
}

void reverse_steps(const StepTables& tables, const PhiloxKeySchedule& keys,
                   std::uint64_t first_trial, std::size_t first, std::size_t last,
                   TrialBlock& block) {
  if (block.space == sde::Space::plane) {
    reverse_in<sde::Space::plane>(tables, keys, first_trial, first, last, block);
  } else {
    reverse_in<sde::Space::full>(tables, keys, first_trial, first, last, block);
  }
}

}  // namespace
}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace syncgap {
namespace {
HWY_EXPORT(advance_source);
HWY_EXPORT(integrate_segment);
HWY_EXPORT(reverse_steps);
}  // namespace

namespace sde {

void advance_source(const StepTables& tables, const RandomStream& forward_noise,
                    std::uint64_t first_trial, TrialBlock& block) {
  HWY_DYNAMIC_DISPATCH(syncgap::advance_source)
  (tables, philox_key_schedule(forward_noise.key()), first_trial, block);
}

void integrate_segment(const StepTables& tables, std::size_t segment, TrialBlock& block) {
  SYNCGAP_EXPECTS(segment < block.segment_count());
  if (!tables.path_samplers.empty())
    HWY_DYNAMIC_DISPATCH(syncgap::integrate_segment)(tables, segment, block);
}

void reverse_steps(const StepTables& tables, const RandomStream& reverse_noise,
                   std::uint64_t first_trial, std::size_t first, std::size_t last,
                   TrialBlock& block) {
  SYNCGAP_EXPECTS(last < first && first <= block.steps);
  SYNCGAP_EXPECTS((first - 1) / TrialBlock::kSegment == last / TrialBlock::kSegment);
  HWY_DYNAMIC_DISPATCH(syncgap::reverse_steps)
  (tables, philox_key_schedule(reverse_noise.key()), first_trial, first, last, block);
}

}  // namespace sde
}  // namespace syncgap
#endif  // HWY_ONCE
