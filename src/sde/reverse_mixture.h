#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "sde/mixture_samples.h"
#include "theory/data_mixture.h"
#include "theory/noised_mixture.h"

namespace syncgap::sde {

/// A reverse trajectory gets from reduced noise s to a smaller s' by a draw from the bridge
/// N(y + (s'/s)(x - y), s'(s - s')/s) between x and a clean y: which y.
enum class BridgeFrom {
  exact,  ///< y drawn from p(y|x): the reverse-time process itself, at any step size
  score,  ///< E[y|x] = x + s grad log p in its place (DDPM): the score alone, error of first order
};

/// Shape letters: D dimensions, L levels, M trials.
/// Reverse-time trajectories, information (10), of x = y + sqrt(s) z driven by the exact score. In
/// the reduced noise s every process is the same one: its clock enters through the levels only.
class ReverseMixture {
 public:
  /// Visits `levels` (reduced noises, descending, positive), with `substeps` equal steps of log s
  /// from one to the next.
  ReverseMixture(const theory::DataMixture& data, const std::vector<double>& levels,
                 BridgeFrom step, std::size_t substeps);

  /// One trajectory, (D, L); it starts from the exact p_s at the first level.
  Eigen::MatrixXd run(const MixtureStreams& streams, std::uint64_t trial) const;

 private:
  BridgeFrom step_;
  std::size_t substeps_;
  std::vector<theory::NoisedMixture> noised_;  ///< at every substep, the last level included
};

}  // namespace syncgap::sde
