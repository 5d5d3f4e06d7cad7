// The one-dimensional reduction of cloned reverse trajectories, compiled once per instruction set
// and chosen at run time. A vector of trials runs from start to end with all its open paths for all
// cluster pairs in the first-level cache; noise is consumed where it is made.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "core/philox.h"
#include "core/random.h"
#include "core/simd.h"
#include "sde/cloning.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sde/projected_cloning.cc"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/random-inl.h"
#include "core/simd_math-inl.h"

#ifndef SYNCGAP_SDE_PROJECTED_CLONING_ONCE
#define SYNCGAP_SDE_PROJECTED_CLONING_ONCE
namespace syncgap::sde {
namespace {

/// One step of one cluster pair, in the precision of the kernel.
struct StepCoefficients {
  float decay, pull, slope;
};

/// Keep the trunk of `cluster` as its snapshot `index`.
struct SnapshotEvent {
  std::size_t cluster, index;
};

/// A plan spelled out step by step.
struct Script {
  std::size_t clusters = 0, paths = 0;
  std::uint32_t steps = 0;
  float noise = 0.0F;                              ///< sqrt(2h)
  std::vector<StepCoefficients> coefficients;      ///< (steps, clusters)
  std::vector<std::size_t> open;                   ///< (steps + 1): paths under way
  std::vector<std::vector<SnapshotEvent>> events;  ///< (steps + 1)

  Script(std::span<const theory::TwoClusters> pairs, const CloningPlan& plan)
      : clusters(pairs.size()),
        paths(plan.paths()),
        steps(static_cast<std::uint32_t>(plan.times.steps)),
        events(steps + 1) {
    coefficients.reserve(steps * clusters);
    for (int step = 0; step < plan.times.steps; ++step) {
      for (const theory::TwoClusters& pair : pairs) {
        const auto c = theory::euler_step(pair, plan.times.time(step), plan.times.step_length());
        coefficients.push_back({to_float(c.decay), to_float(c.pull), to_float(c.slope)});
        noise = to_float(c.noise);
      }
    }
    for (int step = 0; step <= plan.times.steps; ++step) open.push_back(plan.open_paths(step));
    for (std::size_t cluster = 0; cluster < plan.snapshot_steps.size(); ++cluster)
      for (std::size_t i = 0; i < plan.snapshot_steps[cluster].size(); ++i)
        if (const int step = plan.snapshot_steps[cluster][i]; step >= 0 && step <= plan.times.steps)
          events[step].push_back({cluster, i});
  }
};

}  // namespace
}  // namespace syncgap::sde
#endif

HWY_BEFORE_NAMESPACE();
namespace syncgap::HWY_NAMESPACE {
namespace {

using sde::CloneBatch;
using sde::Script;

using FloatTag = hn::ScalableTag<float>;
using FloatVec = hn::Vec<FloatTag>;

/// Components of one Philox block.
constexpr std::size_t kBlock = kComponentsPerBlock<float>;

/// The state of Lanes(float) trials: state[cluster][path] is a vector.
class Flock {
 public:
  explicit Flock(const Script& script)
      : paths_((script.paths + kBlock - 1) / kBlock * kBlock),
        values_(hwy::AllocateAligned<float>(script.clusters * paths_ * lanes())) {
    std::fill_n(values_.get(), script.clusters * paths_ * lanes(), 0.0F);
  }
  static std::size_t lanes() { return hn::Lanes(FloatTag()); }
  float* at(std::size_t cluster, std::size_t path) {
    return values_.get() + (cluster * paths_ + path) * lanes();
  }

 private:
  std::size_t paths_;  ///< rounded up to whole blocks
  hwy::AlignedFreeUniquePtr<float[]> values_;
};

/// One Euler step of four consecutive paths of one cluster pair.
HWY_INLINE void advance(const sde::StepCoefficients& c, FloatVec noise, const FloatVec* xi,
                        float* state) {
  const FloatTag d;
  const FloatVec decay = hn::Set(d, c.decay), pull = hn::Set(d, c.pull),
                 slope = hn::Set(d, c.slope);
  for (std::size_t i = 0; i < kBlock; ++i) {
    float* place = state + i * hn::Lanes(d);
    const FloatVec p = hn::Load(d, place);
    const FloatVec force = fma(pull, tanh(d, hn::Mul(slope, p)), hn::Mul(decay, p));
    hn::Store(fma(noise, xi[i], force), d, place);
  }
}

void projected_cloning(const Script& script, const PhiloxKeySchedule& keys,
                       std::uint64_t first_trial, CloneBatch& batch) {
  const FloatTag d;
  const std::size_t lanes = hn::Lanes(d);
  const FloatVec noise = hn::Set(d, script.noise);
  Flock flock(script);
  for (std::size_t trial = 0; trial < batch.trials; trial += lanes) {
    const std::size_t count = std::min(lanes, batch.trials - trial);
    FloatVec xi[kBlock];
    auto draw = [&](std::uint32_t step, std::size_t block) HWY_ATTR {
      const auto normals = normal_block<LanesAre::trials>(first_trial + trial, step,
                                                          static_cast<std::uint32_t>(block), keys);
      xi[0] = normals.v0;
      xi[1] = normals.v1;
      xi[2] = normals.v2;
      xi[3] = normals.v3;
    };
    draw(script.steps, 0);  // a step no run takes: free for the start
    for (std::size_t c = 0; c < script.clusters; ++c) hn::Store(xi[0], d, flock.at(c, 0));
    std::size_t open = 1;
    for (std::uint32_t step = 0;; ++step) {
      for (; open < script.open[step]; ++open)
        for (std::size_t c = 0; c < script.clusters; ++c)
          std::copy_n(flock.at(c, 0), lanes, flock.at(c, open));
      for (const auto& event : script.events[step])
        std::copy_n(flock.at(event.cluster, 0), count,
                    batch.snapshot(event.cluster, event.index).data() + trial);
      if (step == script.steps) break;
      const auto* coefficients = script.coefficients.data() + step * script.clusters;
      // Paths of the last block that are not open yet move along; opening overwrites them.
      for (std::size_t block = 0; block * kBlock < open; ++block) {
        draw(step, block);
        for (std::size_t c = 0; c < script.clusters; ++c)
          advance(coefficients[c], noise, xi, flock.at(c, block * kBlock));
      }
    }
    for (std::size_t c = 0; c < script.clusters; ++c)
      for (std::size_t path = 0; path < script.paths; ++path)
        std::copy_n(flock.at(c, path), count, batch.end(c, path).data() + trial);
  }
}

}  // namespace
}  // namespace syncgap::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace syncgap {
namespace {
HWY_EXPORT(projected_cloning);
}  // namespace

sde::CloneBatch sde::run_projected(std::span<const theory::TwoClusters> clusters,
                                   const CloningPlan& plan, const RandomStream& noise,
                                   std::uint64_t first_trial, std::size_t trials) {
  SYNCGAP_EXPECTS(plan.snapshot_steps.empty() || plan.snapshot_steps.size() == clusters.size());
  const Script script(clusters, plan);
  CloneBatch batch(plan, clusters.size(), trials);
  HWY_DYNAMIC_DISPATCH(projected_cloning)
  (script, philox_key_schedule(noise.key()), first_trial, batch);
  return batch;
}

}  // namespace syncgap
#endif  // HWY_ONCE
