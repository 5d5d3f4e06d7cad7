#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/estimate.h"
#include "core/random.h"
#include "core/results.h"
#include "observables/resampled_means.h"

// Shapes: M trajectories, R clones of each at each of N branch steps, S steps of a path, K classes.
namespace syncgap::experiments {

/// h_t(x_t) of a clone that left at the first of S steps, above what is left at the last: with
/// squared distances of its end from the clean images that the denoiser predicts of states between,
/// (S), the integral of |x_0 - D(x_s)|^2 dgamma / 2 from there to the last step, by straight lines
/// in log gamma. Without bias where x_0 and x_s are drawn from p(x_0, x_s | x_t), and the denoiser
/// is exact: the mean square is then the trace of the posterior's covariance, and I-MMSE holds
/// given x_t.
double entropy_along_clone(std::span<const double> log_snr, std::span<const double> distances);

/// Share of the R (R - 1) / 2 pairs of clones with one label.
double pair_agreement(std::span<const std::int64_t> labels);

/// Ends of clones, (N, M, R) each, and where they left.
struct CloneEnds {
  std::vector<double> time;       ///< of the branch steps, descending; (N)
  std::vector<double> entropies;  ///< entropy_along_clone
  /// What the first of its parts come to from the first branch step to each, of the clones that
  /// left at the first.
  std::vector<double> known;
  std::vector<std::int64_t> labels;  ///< 0 to K - 1, or others
  std::int64_t trunks = 0, clones = 0, classes = 0;

  std::span<const std::int64_t> labels_of(std::int64_t branch, std::int64_t trunk) const {
    return std::span(labels).subspan((branch * trunks + trunk) * clones, clones);
  }
  std::span<const double> entropies_of(std::int64_t branch, std::int64_t trunk) const {
    return std::span(entropies).subspan((branch * trunks + trunk) * clones, clones);
  }
  std::span<const double> known_of(std::int64_t branch, std::int64_t trunk) const {
    return std::span(known).subspan((branch * trunks + trunk) * clones, clones);
  }
};

/// What the clones of a network say of when it decides. Intervals are over trajectories, whose
/// clones at all branch steps are drawn together.
class CloneClock {
 public:
  CloneClock(const CloneEnds& ends, const RandomStream& stream, std::int64_t resamples);

  /// Mean of h_t - h_0; (N)
  std::vector<IntervalEstimate> entropy() const;
  /// As much as h has fallen since the first branch step, the noisiest, along paths of the forward
  /// process to the ends of clones that left there: what few steps leave out of the spread of ends
  /// matters less than for those that leave late. (N)
  std::vector<IntervalEstimate> information() const;
  /// V_h, between trajectories less what is left of the spread of clones; (N)
  std::vector<IntervalEstimate> entropy_variance() const;
  /// Mean variance among clones of a trajectory; (N)
  std::vector<double> clone_variance() const;
  IntervalEstimate variance_peak() const;
  std::vector<IntervalEstimate> agreement() const;  ///< (N)
  /// Of clones that left at the first branch step, as good as independent.
  IntervalEstimate independent() const;
  std::vector<IntervalEstimate> excess() const;  ///< (N)
  /// Largest time at which the excess crosses `level`; NaN where it does not.
  IntervalEstimate speciation_time(double level) const;

  /// Fills everything that describe_clones_of_network declares.
  void store(double excess_level, Results& results) const;

 private:
  using Means = std::span<const double>;  // as laid out by place()
  enum Quantity { mean, square, within, agreeing, known, quantity_count };

  std::size_t place(Quantity quantity, std::size_t branch) const {
    return quantity * branches_ + branch;
  }
  double variance_of(Means means, std::size_t branch) const;
  double independent_of(Means means) const;
  double excess_of(Means means, std::size_t branch) const;
  /// A curve by time, ascending.
  template <class Of>
  std::vector<double> ascending(Means means, const Of& of) const;
  template <class Of>
  std::vector<IntervalEstimate> curve(const Of& of) const;
  std::vector<double> quantities(const CloneEnds& ends);  // (M, quantities)

  std::size_t branches_, classes_;
  std::int64_t trunks_, clones_;
  std::vector<double> time_;    // (N), ascending
  std::vector<double> offset_;  // taken off entropies: their squares keep their digits
  observables::ResampledMeans means_;
};

}  // namespace syncgap::experiments
