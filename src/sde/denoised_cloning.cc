#include "sde/denoised_cloning.h"

#include <algorithm>

#include "core/check.h"

// Shapes: M trajectories, B rows of the batch (trunks first, then open clones), d coordinates.
namespace syncgap::sde {
namespace {

constexpr std::size_t kTrunk = ~std::size_t{0};

/// One row of the batch.
struct Row {
  std::size_t trajectory;  ///< 0 ... M - 1
  std::size_t branch;      ///< kTrunk or the branch it left at
};

class Batch {
 public:
  Batch(const DenoisedCloning& plan, std::uint64_t seed, StreamCoordinate coordinate,
        std::size_t first, std::size_t trajectories)
      : plan_(plan),
        first_(first),
        trajectories_(trajectories),
        trunk_noise_(seed, "reverse trunk noise", {coordinate}) {
    for (const std::size_t step : plan.branch_steps)
      clone_noise_.emplace_back(
          seed, "reverse clone noise",
          std::initializer_list<StreamCoordinate>{coordinate, static_cast<std::int64_t>(step)});
    fates_.trunk.resize(trajectories);
    fates_.clones.resize(trajectories * plan.branch_steps.size());
    states_.resize(trajectories * plan.dimension);
    noise_.resize(plan.dimension);
    const RandomStream start(seed, "reverse start", {coordinate});
    for (std::size_t m = 0; m < trajectories; ++m) {
      rows_.push_back({m, kTrunk});
      start.fill_normals<double>(first + m, 0, row(m));
    }
  }

  std::span<const double> states() const { return states_; }
  std::span<const double> trunks() const {
    return std::span(states_).first(trajectories_ * plan_.dimension);
  }
  const CloneFates& fates() const { return fates_; }

  /// Writes down where clones are bound to end; drops those that have settled.
  void settle(Denoised& denoised) {
    const std::size_t d = plan_.dimension;
    std::size_t kept = 0;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const Row which = rows_[r];
      fate(which) = denoised.nearest[r];
      if (which.branch != kTrunk && denoised.settled[r]) continue;
      if (kept != r) {
        rows_[kept] = which;
        std::copy_n(states_.begin() + offset(r), d, states_.begin() + offset(kept));
        std::copy_n(denoised.means.begin() + offset(r), d, denoised.means.begin() + offset(kept));
      }
      ++kept;
    }
    rows_.resize(kept);
    states_.resize(kept * d);
    denoised.means.resize(kept * d);
  }

  /// Every trunk leaves a clone, unless its end is known already.
  void branch_off(std::size_t branch, Denoised& denoised) {
    const std::size_t d = plan_.dimension;
    for (std::size_t m = 0; m < trajectories_; ++m) {
      const Row clone{m, branch};
      fate(clone) = denoised.nearest[m];
      if (denoised.settled[m]) continue;
      rows_.push_back(clone);
      states_.resize(states_.size() + d);
      std::copy_n(states_.begin() + offset(m), d, states_.end() - static_cast<std::ptrdiff_t>(d));
      denoised.means.resize(denoised.means.size() + d);
      std::copy_n(denoised.means.begin() + offset(m), d,
                  denoised.means.end() - static_cast<std::ptrdiff_t>(d));
    }
  }

  void advance(std::size_t step, std::span<const double> means) {
    const double t = plan_.times[step], s = plan_.times[step - 1];
    const DenoisedStep move =
        plan_.scheme == StepScheme::euler ? euler_step(t, s) : ancestral_step(t, s);
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const RandomStream& stream =
          rows_[r].branch == kTrunk ? trunk_noise_ : clone_noise_[rows_[r].branch];
      stream.fill_normals<double>(first_ + rows_[r].trajectory, static_cast<std::uint32_t>(step),
                                  noise_);
      const std::span<double> x = row(r);
      const double* mean = means.data() + r * plan_.dimension;
      for (std::size_t k = 0; k < x.size(); ++k)
        x[k] = move.state * x[k] + move.denoised * mean[k] + move.noise * noise_[k];
    }
  }

 private:
  std::ptrdiff_t offset(std::size_t r) const { return r * plan_.dimension; }
  std::span<double> row(std::size_t r) {
    return std::span(states_).subspan(r * plan_.dimension, plan_.dimension);
  }
  std::uint32_t& fate(const Row& which) {
    return which.branch == kTrunk ? fates_.trunk[which.trajectory]
                                  : fates_.clones[which.branch * trajectories_ + which.trajectory];
  }

  const DenoisedCloning& plan_;
  std::size_t first_, trajectories_;
  RandomStream trunk_noise_;
  std::vector<RandomStream> clone_noise_;
  std::vector<Row> rows_;
  std::vector<double> states_;  // (B, d)
  std::vector<double> noise_;   // (d)
  CloneFates fates_;
};

}  // namespace

CloneFates run_cloned(const DenoisedCloning& plan, const Denoiser& denoise, std::uint64_t seed,
                      StreamCoordinate coordinate, std::size_t first, std::size_t trajectories,
                      const std::function<void(const TrunkView&)>& observe) {
  SYNCGAP_EXPECTS(plan.times.size() >= 2 && plan.times.front() == 0 && plan.dimension > 0);
  Batch batch(plan, seed, coordinate, first, trajectories);
  Denoised denoised;
  for (std::size_t step = plan.times.size() - 1; step >= 1; --step) {
    denoised = denoise(plan.times[step], batch.states());
    if (observe) observe({step, plan.times[step], batch.trunks(), denoised});
    batch.settle(denoised);
    for (std::size_t b = 0; b < plan.branch_steps.size(); ++b)
      if (plan.branch_steps[b] == step) batch.branch_off(b, denoised);
    batch.advance(step, denoised.means);
  }
  if (observe) observe({0, 0.0, batch.trunks(), denoised});
  return batch.fates();
}

}  // namespace syncgap::sde
