#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "core/options.h"
#include "parallel/team.h"

namespace syncgap::experiments {

/// What a running unit may ask of its surroundings.
struct RunContext {
  std::uint64_t sweep_seed = 0;  ///< `run.seed` of the job: keys every random stream
  parallel::Team team = {};      ///< the ranks that run this unit together
};

/// A named computation of the papers: options in, values of one unit out. The caller sets the
/// options, fills the axes, calls `prepare` once, then `run` for any units in any order, in one
/// thread.
class Experiment {
 public:
  virtual ~Experiment() = default;

  virtual std::string name() const = 0;
  /// One line: what it computes, and from which paper.
  virtual std::string summary() const = 0;
  virtual OptionTable& options() = 0;
  /// Axes with default values and roles; may depend on the options.
  virtual std::vector<Axis> axes() const = 0;
  virtual std::vector<Observable> observables() const = 0;
  /// Checks options and axes together (throws InputError) and builds what all units share.
  virtual void prepare(const Grid& grid) = 0;
  /// Estimated seconds on one rank; only ratios matter for the order of claims.
  virtual double cost(const Unit& unit) const = 0;
  /// Working memory of one running unit beside its results, in bytes.
  virtual double memory() const { return 0; }
  /// Whether several ranks can run one unit together (run.ranks_per_unit > 1).
  virtual bool uses_teams() const { return false; }
  /// Fills every observable. Values depend on the unit's coordinates, the options and
  /// `context.sweep_seed` alone. Throws UnitError when this unit cannot be finished,
  /// UnitStopped when it was left for a drain.
  virtual void run(const Unit& unit, Results& results, const RunContext& context) const = 0;
};

/// Names of all experiments, in the order `syncgap experiments` lists them.
std::vector<std::string> experiment_names();
/// Throws InputError with the nearest known name.
std::unique_ptr<Experiment> make_experiment(std::string_view name, std::string_view where);

}  // namespace syncgap::experiments
