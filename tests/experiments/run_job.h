#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/check.h"
#include "core/job.h"
#include "core/observable.h"
#include "experiments/experiment.h"
#include "observables/estimate.h"

namespace syncgap::experiments {

/// A job run unit by unit in this process, with every value at hand.
class RanJob {
 public:
  /// `text` is TOML; `overrides` as on the command line.
  static RanJob from_text(const std::string& text, const std::vector<std::string>& overrides = {}) {
    return RanJob(parse_job(text, "test.toml", "", overrides));
  }
  static RanJob from_file(const std::string& name, const std::string& profile,
                          const std::vector<std::string>& overrides = {}) {
    return RanJob(read_job(std::string(SYNCGAP_JOBS) + "/" + name, profile, overrides));
  }

  const Grid& grid() const { return *grid_; }
  const std::vector<Observable>& observables() const { return layout_->observables(); }
  std::size_t size() const { return units_.size(); }
  /// All values of one observable in one unit, row-major over its captured axes.
  std::span<const double> values(const std::string& observable, std::size_t unit) const {
    return units_[unit].values(observable);
  }
  double value(const std::string& observable, std::size_t unit, std::size_t captured = 0) const {
    return values(observable, unit)[captured];
  }

 private:
  explicit RanJob(const Job& job) : experiment_(make_experiment(job.experiment, "test")) {
    apply_options(job, experiment_->options());
    grid_ = std::make_unique<Grid>(make_grid(job, experiment_->axes()));
    const Plan plan = experiment_->plan(*grid_);
    prepared_ = experiment_->prepare(*grid_);
    layout_ = std::make_unique<ResultLayout>(*grid_, experiment_->observables());
    RunContext context;
    context.sweep_seed = static_cast<std::uint64_t>(job.run.seed);
    for (std::uint64_t i = 0; i < grid_->unit_count(); ++i) {
      const Unit unit(*grid_, i);
      EXPECT_GT(plan.cost(unit), 0.0);
      units_.emplace_back(*layout_);
      prepared_->run(unit, units_.back(), context);
      EXPECT_EQ(units_.back().first_fault(), "");
    }
  }

  std::unique_ptr<Experiment> experiment_;
  std::unique_ptr<Grid> grid_;
  std::unique_ptr<const Prepared> prepared_;
  std::unique_ptr<ResultLayout> layout_;
  std::vector<Results> units_;
};

/// Standard error behind a 95% interval of a value.
inline double error_of(const RanJob& job, const std::string& name, std::size_t at) {
  return (job.value(name + "_high", 0, at) - job.value(name + "_low", 0, at)) /
         (2 * observables::kZ95);
}

/// Every observable says what it is, where it comes from, and was measured in some cell.
inline void expect_complete(const RanJob& job) {
  for (const Observable& observable : job.observables()) {
    EXPECT_FALSE(observable.long_name.empty()) << observable.name;
    EXPECT_FALSE(observable.unit.empty()) << observable.name;
    EXPECT_FALSE(observable.source.empty()) << observable.name;
  }
}

/// The message with which a job is refused; empty when it is not.
inline std::string refusal(const std::string& text,
                           const std::vector<std::string>& overrides = {}) {
  try {
    RanJob::from_text(text, overrides);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace syncgap::experiments
