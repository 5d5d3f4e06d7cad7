#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "observables/estimate.h"
#include "sde/reverse_sampler.h"

namespace syncgap::experiments {

/// Metrics of generated pairs (x_0, y_0) of a batch of trials, one number per trial.
struct TrialMetrics {
  std::vector<double> accuracy;  ///< 1 where the signs of <x_0, mu_x> and <y_0, mu_y> agree
  std::vector<double> mse;      ///< |Pi y_0 - sign mu_y|^2 / 2, multimodal (145), corrections E0.23
  std::vector<double> nll;      ///< -log P_0(y_0 | x_0), multimodal (146); plane part alone if
                                ///< only the plane was simulated
  std::vector<double> outside;  ///< mean square of y_0 over the coordinates outside the plane
};

/// Metrics of one sampler's block. x_0 and y_0 are float; everything from here on is double.
TrialMetrics measure_trials(const sde::BlockView& view, std::size_t sampler,
                            const sde::TwoClassData& data);

/// The nats of the coordinates outside the plane when their variance is known: the mean of what
/// `nll` lacks in a plane simulation.
double nll_outside_plane(const sde::TwoClassData& data, double variance);

/// Means over trials of one sampler, and of its paired differences to the baseline.
struct MetricMeans {
  observables::MeanAccumulator accuracy, mse, nll, outside;
  observables::MeanAccumulator delta_accuracy, delta_mse, delta_nll;

  void add(const TrialMetrics& metrics, const TrialMetrics& baseline);
};

/// Counts, over observed times, how often the class of y_t is that of x_0 and that of y_0.
class ClassHistory {
 public:
  ClassHistory(std::size_t samplers, std::size_t times);

  /// The sides of y_t in one block (time > 0), to be compared when the block ends.
  void remember(std::size_t sampler, std::size_t time, std::uint64_t y_sides);
  /// Ends a block: the sides of x_0 and y_0, bit i for trial i of `trials`.
  void finish(std::size_t sampler, std::size_t trials, std::uint64_t x_sides,
              std::uint64_t y_sides);

  double agreement(std::size_t sampler, std::size_t time) const;
  double commitment(std::size_t sampler, std::size_t time) const;

 private:
  std::size_t at(std::size_t sampler, std::size_t time) const { return sampler * times_ + time; }

  std::size_t times_;
  std::vector<std::uint64_t> sides_, agreements_, commitments_;
  std::vector<std::uint64_t> trials_;
};

/// Bit i: <position i, direction> > 0, direction at `angle` to u.
std::uint64_t sides(const sde::PlanePositions& positions, double angle);

}  // namespace syncgap::experiments
