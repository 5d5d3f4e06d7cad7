#pragma once

#include <cstdint>
#include <vector>

#include "experiments/experiment.h"
#include "experiments/pathwise_entropy/options.h"
#include "sde/reverse_mixture.h"
#include "theory/diffusion_process.h"
#include "theory/information.h"

namespace syncgap::experiments {

/// Entropies along all trajectories at every level, level by level.
struct Ensemble {
  std::vector<std::vector<double>> entropy, label_entropy;  ///< (levels, trials)
};

/// One unit's problem: a process, the mixture of its d, and the times on the axis u.
struct Problem {
  theory::DiffusionProcess process;
  double d = 1.0;
  theory::SpanReduction data;  ///< means scaled by sqrt(d)
  std::vector<double> times, levels;

  bool on_line() const { return data.reduced.dimension() == 1; }
};

/// Entropies along reverse trajectories. In two files: what is simulated, and the quadratures that
/// stand beside it.
class PathwiseEntropy : public Prepared {
 public:
  PathwiseEntropy(const PathwiseEntropyOptions& options, const Grid& grid);

  double cost(const Unit&) const;
  double memory() const;
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  Problem problem(const Unit& unit) const;
  double time_unit(const theory::DiffusionProcess& process, double d) const;
  void write_clock(const Problem& problem, Results& results) const;
  void write_exact(const Problem& problem, Results& results) const;
  void write_density(const Problem& problem, Results& results) const;
  void write_trajectories(const Problem& problem, const sde::MixtureStreams& streams,
                          Results& results) const;
  void write_rises(const Ensemble& ensemble, Results& results) const;
  void write_peaks(const Problem& problem, Results& results) const;
  void write_prediction(const Problem& problem, Results& results) const;

  PathwiseEntropyOptions options_;
  std::vector<double> u_, positions_;
  std::int64_t paths_, peaks_;
};

}  // namespace syncgap::experiments
