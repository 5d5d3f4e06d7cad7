#include "experiments/network_decisions/estimates.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check.h"
#include "core/numbers.h"
#include "observables/crossing.h"
#include "observables/curve_peak.h"
#include "observables/estimate.h"
#include "observables/excess_agreement.h"

namespace syncgap::experiments {
namespace {

void set_curve(std::string_view name, const std::vector<IntervalEstimate>& curve,
               Results& results) {
  auto cells = results.cells(name);
  for (std::size_t k = 0; k < curve.size(); ++k) cells.set(curve[k], signed_size(k));
}

}  // namespace

std::vector<double> integral_from_noise(std::span<const double> log_snr,
                                        std::span<const double> rate) {
  std::vector<double> found(rate.size(), 0.0);
  for (std::size_t k = rate.size() - 1; k-- > 0;)
    found[k] = found[k + 1] + 0.5 * (rate[k] + rate[k + 1]) * std::abs(log_snr[k] - log_snr[k + 1]);
  return found;
}

LossClock::LossClock(const NoiseLevels& levels, std::span<const double> measured,
                     std::int64_t classes, const RandomStream& stream, std::int64_t resamples)
    : levels_(levels),
      measured_(measured),
      classes_(classes),
      resamples_(unsigned_size(resamples)),
      means_(measured, of_image::quantity_count * levels.time.size(), stream, resamples_) {}

template <class Of>
std::vector<double> LossClock::each_step(const Of& of) const {
  std::vector<double> found(steps());
  for (std::size_t k = 0; k < found.size(); ++k) found[k] = of(k);
  return found;
}

template <class Error>
std::vector<double> LossClock::integral_of(const Error& error) const {
  return integral_from_noise(levels_.log_snr,
                             each_step([&](std::size_t k) { return 0.5 * error(k); }));
}

template <class Of>
std::vector<IntervalEstimate> LossClock::curve(const Of& of) const {
  // Curve by curve, not point by point: each may be an integral.
  const std::vector<double> value = of(means_.means());
  std::vector<std::vector<double>> resampled(steps());
  for (std::size_t r = 0; r < resamples_; ++r) {
    const std::vector<double> drawn = of(means_.resample(r));
    for (std::size_t k = 0; k < steps(); ++k) resampled[k].push_back(drawn[k]);
  }
  std::vector<IntervalEstimate> found;
  for (std::size_t k = 0; k < steps(); ++k)
    found.push_back({value[k], observables::percentile_interval(std::move(resampled[k]))});
  return found;
}

std::vector<double> LossClock::rates_of(Means means) const {
  return each_step(
      [&](std::size_t k) { return levels_.rate[k] * of(means, of_image::between_classes, k); });
}

std::vector<double> LossClock::information_rates_of(Means means) const {
  return each_step([&](std::size_t k) { return 0.5 * of(means, of_image::between_classes, k); });
}

std::vector<double> LossClock::variances_of(Means means) const {
  return each_step([&](std::size_t k) {
    const double mean = of(means, of_image::class_entropy, k);
    return std::max(0.0, of(means, of_image::class_entropy_square, k) - mean * mean);
  });
}

std::vector<double> LossClock::loss_information(Means means) const {
  return integral_of([&](std::size_t k) { return told(means, k); });
}

std::vector<IntervalEstimate> LossClock::class_entropies() const {
  return curve([&](Means means) {
    return each_step([&](std::size_t k) { return of(means, of_image::class_entropy, k); });
  });
}

std::vector<IntervalEstimate> LossClock::class_rate() const {
  return curve([&](Means means) { return rates_of(means); });
}

std::vector<IntervalEstimate> LossClock::class_information_rate() const {
  return curve([&](Means means) { return information_rates_of(means); });
}

IntervalEstimate LossClock::class_information_rate_peak() const {
  return means_.statistic([&](Means means) {
    const auto rates = information_rates_of(means);
    return observables::highest_point({levels_.time, rates}).x;
  });
}

std::vector<IntervalEstimate> LossClock::class_variance() const {
  return curve([&](Means means) { return variances_of(means); });
}

double LossClock::peak_while_open(const std::vector<double>& rates,
                                  const std::vector<double>& entropies, double closed) const {
  std::size_t first = steps() - 1;
  while (first > 0 && entropies[first - 1] > closed) --first;
  return observables::highest_point(
             {std::span(levels_.time).subspan(first), std::span(rates).subspan(first)})
      .x;
}

IntervalEstimate LossClock::class_rate_peak() const {
  constexpr double kClosed = 0.05;
  return means_.statistic([&](Means means) {
    const auto entropies =
        each_step([&](std::size_t k) { return of(means, of_image::class_entropy, k); });
    return peak_while_open(rates_of(means), entropies, kClosed * std::log(to_real(classes_)));
  });
}

IntervalEstimate LossClock::class_variance_peak() const {
  return means_.statistic([&](Means means) {
    const auto variances = variances_of(means);
    return observables::highest_point({levels_.time, variances}).x;
  });
}

std::vector<IntervalEstimate> LossClock::loss_class_rate() const {
  return curve([&](Means means) {
    return each_step([&](std::size_t k) { return levels_.rate[k] * told(means, k); });
  });
}

std::vector<IntervalEstimate> LossClock::loss_class_entropy() const {
  return curve([&](Means means) {
    auto found = loss_information(means);
    for (double& known : found) known = std::log(to_real(classes_)) - known;
    return found;
  });
}

IntervalEstimate LossClock::class_information() const {
  return means_.statistic([&](Means means) { return loss_information(means).front(); });
}

IntervalEstimate LossClock::loss_class_rate_peak() const {
  return means_.statistic([&](Means means) {
    auto entropies = loss_information(means);
    for (double& known : entropies) known = std::log(to_real(classes_)) - known;
    const auto rates = each_step([&](std::size_t k) { return levels_.rate[k] * told(means, k); });
    return peak_while_open(rates, entropies, 0);
  });
}

std::vector<IntervalEstimate> LossClock::image_rate() const {
  return curve([&](Means means) {
    return each_step(
        [&](std::size_t k) { return levels_.rate[k] * of(means, of_image::error_told_none, k); });
  });
}

std::vector<IntervalEstimate> LossClock::image_entropy() const {
  return curve([&](Means means) {
    auto found =
        integral_of([&](std::size_t k) { return of(means, of_image::error_told_none, k); });
    const double all = found.front();
    for (double& known : found) known = all - known;
    return found;
  });
}

void LossClock::store(Results& results) const {
  const std::size_t each = of_image::quantity_count * steps(), images = measured_.size() / each;
  results.cells("step_time").assign(std::span<const double>(levels_.time));
  auto error = results.cells("noise_error");
  std::vector<double> column(images);
  for (const of_image::Quantity told : {of_image::error_told_none, of_image::error_told_own})
    for (std::size_t k = 0; k < steps(); ++k) {
      for (std::size_t i = 0; i < images; ++i) column[i] = measured_[i * each + told * steps() + k];
      error.set(observables::estimate_mean(column), static_cast<std::int64_t>(told),
                signed_size(k));
    }
  set_curve("conditional_class_entropy", class_entropies(), results);
  set_curve("class_entropy_rate", class_rate(), results);
  set_curve("class_information_rate", class_information_rate(), results);
  set_curve("class_entropy_variance", class_variance(), results);
  results.cells("class_entropy_rate_peak_time").set_or_none(class_rate_peak());
  results.cells("class_information_rate_peak_time").set_or_none(class_information_rate_peak());
  results.cells("class_entropy_variance_peak_time").set_or_none(class_variance_peak());
  auto own = results.cells("own_class_probability");
  for (std::size_t k = 0; k < steps(); ++k)
    own.set(means_.mean_within(of_image::own_class * steps() + k, 0, 1), signed_size(k));
  set_curve("loss_class_entropy", loss_class_entropy(), results);
  set_curve("loss_class_entropy_rate", loss_class_rate(), results);
  results.cells("loss_class_entropy_rate_peak_time").set_or_none(loss_class_rate_peak());
  results.cells("class_information_total").set(class_information());
  results.cells("class_entropy_prior").set(std::log(to_real(classes_)));
  set_curve("entropy_rate", image_rate(), results);
  set_curve("loss_entropy", image_entropy(), results);
  results.cells("loss_image_count").set(to_real(images));
}

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
