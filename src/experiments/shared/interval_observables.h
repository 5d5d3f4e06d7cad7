#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/observable.h"
#include "observables/estimate.h"
#include "observables/resampled_means.h"

namespace syncgap::experiments {

/// Observables of an experiment in the order they are added. A number with an interval is three:
/// NAME, NAME_low and NAME_high; one with a standard error is two: NAME and NAME_error.
class ObservableList {
 public:
  using Names = std::vector<std::string>;

  void add(const std::string& name, const Names& over, const std::string& meaning,
           const std::string& unit, const std::string& source, NanPolicy nan = NanPolicy::failure);
  /// `interval` names it: "bootstrap interval".
  void add_with_interval(const std::string& name, const Names& over, const std::string& meaning,
                         const std::string& unit, const std::string& source,
                         const std::string& interval, NanPolicy nan = NanPolicy::failure);
  /// `error` names it: "standard error over trajectories".
  void add_with_error(const std::string& name, const Names& over, const std::string& meaning,
                      const std::string& unit, const std::string& source, const std::string& error,
                      NanPolicy nan = NanPolicy::failure);
  std::vector<Observable> take() { return std::move(list_); }

 private:
  std::vector<Observable> list_;
};

/// Stores a value with the ends of its interval.
void put(Results& results, const std::string& name, std::size_t at, double value,
         observables::Interval interval);
/// Stores successes / trials with its Wilson interval.
void put_share(Results& results, const std::string& name, std::size_t at, std::uint64_t successes,
               std::uint64_t trials);
/// Stores a statistic of all means, with its bootstrap interval.
void put_statistic(Results& results, const std::string& name, std::size_t at,
                   const observables::ResampledMeans& means,
                   const std::function<double(std::span<const double>)>& statistic);
/// Stores values with their standard errors, as NAME and NAME_error from `at` on.
void put_estimates(Results& results, const std::string& name, std::size_t at,
                   std::span<const observables::Estimate> estimates);

}  // namespace syncgap::experiments
