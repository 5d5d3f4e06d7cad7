#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/grid.h"
#include "core/identity.h"
#include "core/observable.h"
#include "core/options.h"
#include "core/results.h"
#include "parallel/team.h"

namespace syncgap::experiments {

/// What a running unit is given.
struct RunContext {
  std::uint64_t sweep_seed = 0;  ///< `run.seed` of the job: keys every random stream
  parallel::Team team = {};      ///< the ranks that run this unit together
};

/// What is known of a job's units before anything is read.
struct Plan {
  /// Estimated seconds of a unit on one rank; only ratios matter for the order of claims.
  std::function<double(const Unit&)> cost;
  /// Working memory of one running unit beside its results, in bytes.
  double memory = 0;
  /// Floating-point operations of the matrix products of a unit's networks, two for a
  /// multiplication with its addition; empty where that was not counted.
  std::function<double(const Unit&)> operations = {};
};

/// An experiment with its options and axes, and with the images and weights they name: everything
/// that all units share. Const: any units may be run, in any order.
class Prepared {
 public:
  virtual ~Prepared() = default;

  /// What decides the numbers beside options, axes and seed: checksums of data and weights, and the
  /// device and precision that `auto` came to. Part of what a record is a record of.
  virtual Facts facts() const { return {}; }
  /// Fills every observable. Values depend on the unit's coordinates, the options, the facts and
  /// `context.sweep_seed` alone. Throws UnitError when this unit cannot be finished, UnitStopped
  /// when it was left for a drain.
  virtual void run(const Unit& unit, Results& results, const RunContext& context) const = 0;
};

enum class Teams { one_rank, any };

/// A named computation of the papers. Cheap: nothing is read before `prepare`.
class Experiment {
 public:
  virtual ~Experiment() = default;

  virtual std::string name() const = 0;
  /// One line: what it computes, and from which paper.
  virtual std::string summary() const = 0;
  /// Whether several ranks can run one unit together (run.ranks_per_unit > 1).
  virtual Teams teams() const = 0;
  virtual OptionTable& options() = 0;
  virtual const OptionTable& options() const = 0;
  /// Axes with default values and roles; may depend on the options.
  virtual std::vector<Axis> axes() const = 0;
  virtual std::vector<Observable> observables() const = 0;
  /// Checks options and axes together; throws InputError. Reads no image and no weight.
  virtual Plan plan(const Grid& grid) const = 0;
  /// Reads what the units share; throws InputError for what the plan could not see. `device` is the
  /// CUDA device of this rank, if it has one. The grid outlives what is returned.
  virtual std::unique_ptr<const Prepared> prepare(const Grid& grid,
                                                  std::optional<int> device = {}) const = 0;
};

/// How an experiment whose options are a struct says what it is; Options has table(), which binds
/// its members.
template <class Options>
struct Declaration {
  const char* name;
  const char* summary;
  std::vector<Axis> (*axes)(const Options&);
  std::vector<Observable> (*observables)(const Options&);
  Plan (*plan)(const Options&, const Grid&);
  std::unique_ptr<const Prepared> (*prepare)(const Options&, const Grid&,
                                             std::optional<int> device);
  Teams teams = Teams::one_rank;
};

template <class Options>
std::unique_ptr<Experiment> declare(const Declaration<Options>& declaration) {
  class Declared : public Experiment {
   public:
    explicit Declared(const Declaration<Options>& declaration)
        : declared_(declaration), table_(options_.table()) {}

    std::string name() const override { return declared_.name; }
    std::string summary() const override { return declared_.summary; }
    Teams teams() const override { return declared_.teams; }
    OptionTable& options() override { return table_; }
    const OptionTable& options() const override { return table_; }
    std::vector<Axis> axes() const override { return declared_.axes(options_); }
    std::vector<Observable> observables() const override { return declared_.observables(options_); }
    Plan plan(const Grid& grid) const override { return declared_.plan(options_, grid); }
    std::unique_ptr<const Prepared> prepare(const Grid& grid,
                                            std::optional<int> device) const override {
      return declared_.prepare(options_, grid, device);
    }

   private:
    Declaration<Options> declared_;
    Options options_;
    OptionTable table_;
  };
  return std::make_unique<Declared>(declaration);
}

/// For `prepare` of an experiment that needs no device: Work is made of options and grid.
template <class Work, class Options>
std::unique_ptr<const Prepared> prepare_as(const Options& options, const Grid& grid,
                                           std::optional<int> /*device*/) {
  return std::make_unique<const Work>(options, grid);
}

/// For `plan`: Work is made of options and grid, and knows its cost and memory, and may know its
/// operations.
template <class Work, class Options>
Plan plan_as(const Options& options, const Grid& grid) {
  const auto work = std::make_shared<const Work>(options, grid);
  Plan plan{[work](const Unit& unit) { return work->cost(unit); }, work->memory()};
  if constexpr (requires(const Unit& unit) { work->operations(unit); })
    plan.operations = [work](const Unit& unit) { return work->operations(unit); };
  return plan;
}

/// Names of all experiments, in the order `syncgap experiments` lists them.
std::vector<std::string> experiment_names();
/// Throws InputError with the nearest known name.
std::unique_ptr<Experiment> make_experiment(std::string_view name, std::string_view where);

}  // namespace syncgap::experiments
