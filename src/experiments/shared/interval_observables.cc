#include "experiments/shared/interval_observables.h"

namespace syncgap::experiments {

void ObservableList::add(const std::string& name, const Names& over, const std::string& meaning,
                         const std::string& unit, const std::string& source, NanPolicy nan) {
  list_.push_back({name, over, meaning, unit, source, nan});
}

void ObservableList::add_with_interval(const std::string& name, const Names& over,
                                       const std::string& meaning, const std::string& unit,
                                       const std::string& source, const std::string& interval,
                                       NanPolicy nan) {
  add(name, over, meaning, unit, source, nan);
  add(name + "_low", over, meaning + ", lower end of the 95% " + interval, unit, source, nan);
  add(name + "_high", over, meaning + ", upper end of the 95% " + interval, unit, source, nan);
}

void ObservableList::add_with_error(const std::string& name, const Names& over,
                                    const std::string& meaning, const std::string& unit,
                                    const std::string& source, const std::string& error,
                                    NanPolicy nan) {
  add(name, over, meaning, unit, source, nan);
  add(name + "_error", over, meaning + ", " + error, unit, source, nan);
}

void put(Results& results, const std::string& name, std::size_t at, double value,
         observables::Interval interval) {
  results[name][at] = value;
  results[name + "_low"][at] = interval.low;
  results[name + "_high"][at] = interval.high;
}

void put_share(Results& results, const std::string& name, std::size_t at, std::uint64_t successes,
               std::uint64_t trials) {
  put(results, name, at, static_cast<double>(successes) / static_cast<double>(trials),
      observables::wilson_interval(successes, trials));
}

void put_statistic(Results& results, const std::string& name, std::size_t at,
                   const observables::ResampledMeans& means,
                   const std::function<double(std::span<const double>)>& statistic) {
  put(results, name, at, statistic(means.means()),
      means.interval(0, means.means().size(), statistic));
}

void put_estimates(Results& results, const std::string& name, std::size_t at,
                   std::span<const observables::Estimate> estimates) {
  for (std::size_t k = 0; k < estimates.size(); ++k) {
    results[name][at + k] = estimates[k].value;
    results[name + "_error"][at + k] = estimates[k].standard_error;
  }
}

}  // namespace syncgap::experiments
