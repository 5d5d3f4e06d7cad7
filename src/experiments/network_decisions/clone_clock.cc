#include "experiments/network_decisions/clone_clock.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/network_decisions/curve_cells.h"
#include "observables/crossing.h"
#include "observables/curve_peak.h"
#include "observables/estimate.h"
#include "observables/excess_agreement.h"

namespace syncgap::experiments {

double entropy_along_clone(std::span<const double> log_snr, std::span<const double> distances) {
  SYNCGAP_EXPECTS(log_snr.size() == distances.size(), log_snr.size(), " steps, ", distances.size(),
                  " distances");
  double sum = 0;
  for (std::size_t k = 0; k + 1 < log_snr.size(); ++k)
    sum += 0.25 * (log_snr[k + 1] - log_snr[k]) *
           (std::exp(log_snr[k]) * distances[k] + std::exp(log_snr[k + 1]) * distances[k + 1]);
  return sum;
}

double pair_agreement(std::span<const std::int64_t> labels) {
  std::int64_t agreeing = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    agreeing += std::count(labels.begin(), labels.begin() + signed_size(i), labels[i]);
  return 2 * to_real(agreeing) / (to_real(labels.size()) * to_real(labels.size() - 1));
}

CloneClock::CloneClock(const CloneEnds& ends, const RandomStream& stream, std::int64_t resamples)
    : branches_(ends.time.size()),
      classes_(unsigned_size(ends.classes)),
      trunks_(ends.trunks),
      clones_(ends.clones),
      time_(ends.time.rbegin(), ends.time.rend()),
      means_(quantities(ends), quantity_count * branches_ + classes_, stream,
             unsigned_size(resamples)) {}

std::vector<double> CloneClock::quantities(const CloneEnds& ends) {
  const std::size_t each = quantity_count * branches_ + classes_;
  std::vector<double> out(unsigned_size(trunks_) * each, 0.0);
  for (std::size_t b = 0; b < branches_; ++b) {
    const auto branch = signed_size(b);
    const auto all =
        std::span(ends.entropies)
            .subspan(b * unsigned_size(trunks_ * clones_), unsigned_size(trunks_ * clones_));
    offset_.push_back(std::accumulate(all.begin(), all.end(), 0.0) / to_real(all.size()));
    for (std::int64_t m = 0; m < trunks_; ++m) {
      double* row = out.data() + unsigned_size(m) * each;
      observables::MeanAccumulator of_clones;
      of_clones.add(ends.entropies_of(branch, m));
      const double centred = of_clones.mean() - offset_.back();
      row[place(mean, b)] = centred;
      row[place(square, b)] = centred * centred;
      row[place(within, b)] = of_clones.variance();
      row[place(agreeing, b)] = pair_agreement(ends.labels_of(branch, m));
      row[place(known, b)] = observables::estimate_mean(ends.known_of(branch, m)).value;
    }
  }
  for (std::int64_t m = 0; m < trunks_; ++m) {
    double* shares = out.data() + unsigned_size(m) * each + quantity_count * branches_;
    for (const std::int64_t label : ends.labels_of(0, m))
      if (label < ends.classes) shares[label] += 1 / to_real(clones_);
  }
  return out;
}

double CloneClock::variance_of(Means means, std::size_t branch) const {
  const double centre = means[place(mean, branch)], trunks = to_real(trunks_);
  const double between = (means[place(square, branch)] - centre * centre) * trunks / (trunks - 1);
  return between - means[place(within, branch)] / to_real(clones_);
}

double CloneClock::independent_of(Means means) const {
  const double found =
      observables::independent_agreement(means.last(classes_), unsigned_size(trunks_ * clones_));
  // Where all are of one class it is 1 but for rounding: nothing is in excess of it.
  constexpr double kRounding = 1e-9;
  return found > 1 - kRounding ? 1.0 : found;
}

double CloneClock::excess_of(Means means, std::size_t branch) const {
  return observables::excess_agreement(means[place(agreeing, branch)], independent_of(means));
}

template <class Of>
std::vector<double> CloneClock::ascending(Means means, const Of& of) const {
  std::vector<double> found(branches_);
  for (std::size_t b = 0; b < branches_; ++b) found[branches_ - 1 - b] = of(means, b);
  return found;
}

template <class Of>
std::vector<IntervalEstimate> CloneClock::curve(const Of& of) const {
  std::vector<IntervalEstimate> found;
  for (std::size_t b = 0; b < branches_; ++b)
    found.push_back(means_.statistic([&](Means means) { return of(means, b); }));
  return found;
}

std::vector<IntervalEstimate> CloneClock::entropy() const {
  return curve([&](Means means, std::size_t b) { return offset_[b] + means[place(mean, b)]; });
}

std::vector<IntervalEstimate> CloneClock::information() const {
  return curve([&](Means means, std::size_t b) { return means[place(known, b)]; });
}

std::vector<IntervalEstimate> CloneClock::entropy_variance() const {
  return curve([&](Means means, std::size_t b) { return variance_of(means, b); });
}

std::vector<double> CloneClock::clone_variance() const {
  std::vector<double> found;
  for (std::size_t b = 0; b < branches_; ++b) found.push_back(means_.means()[place(within, b)]);
  return found;
}

IntervalEstimate CloneClock::variance_peak() const {
  return means_.statistic([&](Means all) {
    const auto variance =
        ascending(all, [&](Means means, std::size_t b) { return variance_of(means, b); });
    return observables::highest_point({time_, variance}).x;
  });
}

std::vector<IntervalEstimate> CloneClock::agreement() const {
  std::vector<IntervalEstimate> found;
  for (std::size_t b = 0; b < branches_; ++b)
    found.push_back(means_.mean_within(place(agreeing, b), 0, 1));
  return found;
}

IntervalEstimate CloneClock::independent() const {
  return means_.statistic([&](Means means) { return independent_of(means); });
}

std::vector<IntervalEstimate> CloneClock::excess() const {
  return curve([&](Means means, std::size_t b) { return excess_of(means, b); });
}

IntervalEstimate CloneClock::speciation_time(double level) const {
  return means_.statistic([&](Means all) {
    if (!(independent_of(all) < 1)) return kNoValue;
    const auto excess =
        ascending(all, [&](Means means, std::size_t b) { return excess_of(means, b); });
    return observables::last_crossing({time_, excess}, level);
  });
}

void CloneClock::store(double excess_level, Results& results) const {
  const std::vector<double> descending(time_.rbegin(), time_.rend());
  results.cells("branch_time").assign(std::span<const double>(descending));
  set_curve("conditional_entropy", entropy(), results);
  set_curve("clone_information", information(), results);
  set_curve("entropy_variance", entropy_variance(), results);
  const auto among = clone_variance();
  results.cells("clone_entropy_variance").assign(std::span<const double>(among));
  results.cells("entropy_variance_peak_time").set_or_none(variance_peak());
  set_curve("clone_agreement", agreement(), results);
  results.cells("independent_agreement").set(independent());
  auto excess_cells = results.cells("clone_excess");
  const auto found = excess();
  for (std::size_t b = 0; b < branches_; ++b) excess_cells.set_or_none(found[b], signed_size(b));
  results.cells("clone_speciation_time").set_or_none(speciation_time(excess_level));
  results.cells("trunk_count").set(to_real(trunks_));
}

}  // namespace syncgap::experiments
