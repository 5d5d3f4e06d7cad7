#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "core/estimate.h"
#include "core/random.h"
#include "core/results.h"
#include "experiments/replica_speciation/declaration.h"
#include "observables/adaptive_scan.h"
#include "observables/resampled_sigmoids.h"
#include "theory/replica_modes.h"

// Shapes: M pairs, or rows of more replicas, K measured values of t_int.
namespace syncgap::experiments {

/// Agreement and distance of images of different pairs.
struct Independent {
  Estimate cosine, label;
  std::array<Estimate, 2> distances;  ///< coarse, fine
};

/// How far the images of each pair are from each other at one t_int. (M) each
struct PairComparison {
  std::vector<double> cosine, same_label;
  std::array<std::vector<double>, 2> distances;  ///< coarse, fine; squared
};

/// Of rows of replicas: of a pair, or the mean over every two, and behind it the same of each mode
/// of difference where there are several.
using RowComparison = std::vector<PairComparison>;

/// What was seen of rows at all measured t_int.
class AgreementCurves {
 public:
  AgreementCurves(std::int64_t pairs, const Independent& independent)
      : pairs_(pairs), independent_(independent) {}

  void add(std::int64_t coupled_steps, RowComparison comparison);

  std::int64_t pairs() const { return pairs_; }
  const Independent& independent() const { return independent_; }
  const std::map<std::int64_t, RowComparison>& measured() const { return measured_; }
  std::vector<std::int64_t> points() const;  ///< (K)
  /// Of how many things each row has a comparison; the first is that of every two.
  std::int64_t comparisons() const { return std::ssize(measured_.begin()->second); }
  /// Agreement of each row at each point by one comparison, distances as commitment scores 1 - d /
  /// d of independent pairs: (M, K)
  std::vector<double> values(Agreement metric, std::int64_t comparison = 0) const;
  double of_pair(Agreement metric, std::int64_t coupled_steps, std::int64_t pair,
                 std::int64_t comparison = 0) const;
  /// Half way from independent to equal.
  double level(Agreement metric) const;

 private:
  std::int64_t pairs_;
  Independent independent_;
  std::map<std::int64_t, RowComparison> measured_;
};

/// Sigmoids of all four metrics, of each of some comparisons, over the same resamples of the rows:
/// the cosine by its median, the others by their means. dit sec. 3.1
class AgreementSigmoids {
 public:
  /// Of the first `comparisons`.
  AgreementSigmoids(const AgreementCurves& curves, const RandomStream& stream,
                    std::size_t resamples, std::int64_t comparisons = 1);

  /// Which of the two sets of curves has a metric, and its place there.
  const observables::ResampledSigmoids& of(Agreement metric) const {
    return metric == Agreement::cosine ? medians_ : means_;
  }
  static std::size_t place(Agreement metric, std::int64_t comparison = 0);

 private:
  observables::ResampledSigmoids medians_, means_;
};

/// Measures `points` in rounds, each of what next_scan_points makes of the last, starting with the
/// coarse grid and `always`; or all of `points` at once where the scan is not adaptive. Decided by
/// cosine and both scales: by results alone, alike on every rank.
void scan_agreement(const ReplicaSpeciationOptions& options,
                    const std::vector<std::int64_t>& points,
                    const std::vector<std::int64_t>& always, const RandomStream& stream,
                    AgreementCurves& curves,
                    const std::function<void(const std::vector<std::int64_t>&)>& measure);

/// Fills what describe_modes declares, of sigmoids of all comparisons.
void store_modes(const std::vector<theory::DifferenceModes>& modes,
                 const std::vector<std::int64_t>& points, const AgreementCurves& curves,
                 const AgreementSigmoids& sigmoids, Results& results);

/// Fills what describe_agreement declares, and `measured` and `evaluations`.
void store_curves(const ReplicaSpeciationOptions& options, const std::vector<std::int64_t>& points,
                  const AgreementCurves& curves, const AgreementSigmoids& sigmoids,
                  Results& results);

}  // namespace syncgap::experiments
