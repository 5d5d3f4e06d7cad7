#include "experiments/network_decisions/loss_clock.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/network_decisions/curve_cells.h"
#include "observables/curve_peak.h"
#include "observables/estimate.h"

namespace syncgap::experiments {

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
  auto found = information_rates_of(means);
  for (std::size_t k = 0; k < steps(); ++k) found[k] *= 2 * levels_.rate[k];
  return found;
}

std::vector<double> LossClock::information_rates_of(Means means) const {
  constexpr std::size_t kReach = 2;
  return each_step([&](std::size_t k) {
    const std::size_t a = k < kReach ? 0 : k - kReach, b = std::min(k + kReach, steps() - 1);
    const auto entropy = [&](std::size_t at) { return of(means, of_image::class_entropy, at); };
    return (entropy(a) - entropy(b)) / (levels_.log_snr[b] - levels_.log_snr[a]);
  });
}

std::vector<double> LossClock::own_rates_of(Means means) const {
  return each_step([&](std::size_t k) { return 0.5 * of(means, of_image::between_classes, k); });
}

std::vector<double> LossClock::variances_of(Means means) const {
  return each_step([&](std::size_t k) {
    const double mean = of(means, of_image::class_entropy, k);
    return std::max(0.0, of(means, of_image::class_entropy_square, k) - mean * mean);
  });
}

std::vector<double> LossClock::entropies_of(Means means) const {
  return each_step([&](std::size_t k) { return of(means, of_image::class_entropy, k); });
}

std::vector<double> LossClock::loss_rates_of(Means means) const {
  return each_step([&](std::size_t k) { return levels_.rate[k] * told(means, k); });
}

std::vector<double> LossClock::loss_information(Means means) const {
  return integral_of([&](std::size_t k) { return told(means, k); });
}

std::vector<double> LossClock::loss_entropies_of(Means means) const {
  auto found = loss_information(means);
  for (double& known : found) known = std::log(to_real(classes_)) - known;
  return found;
}

std::vector<IntervalEstimate> LossClock::class_entropies() const {
  return curve([&](Means means) { return entropies_of(means); });
}

std::vector<IntervalEstimate> LossClock::class_rate() const {
  return curve([&](Means means) { return rates_of(means); });
}

std::vector<IntervalEstimate> LossClock::class_information_rate() const {
  return curve([&](Means means) { return information_rates_of(means); });
}

std::vector<IntervalEstimate> LossClock::own_information_rate() const {
  return curve([&](Means means) { return own_rates_of(means); });
}

IntervalEstimate LossClock::own_information() const {
  return means_.statistic([&](Means means) {
    return integral_from_noise(levels_.log_snr, own_rates_of(means)).front();
  });
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
    return peak_while_open(rates_of(means), entropies_of(means),
                           kClosed * std::log(to_real(classes_)));
  });
}

IntervalEstimate LossClock::class_variance_peak() const {
  return means_.statistic([&](Means means) {
    const auto variances = variances_of(means);
    return observables::highest_point({levels_.time, variances}).x;
  });
}

std::vector<IntervalEstimate> LossClock::loss_class_rate() const {
  return curve([&](Means means) { return loss_rates_of(means); });
}

std::vector<IntervalEstimate> LossClock::loss_class_entropy() const {
  return curve([&](Means means) { return loss_entropies_of(means); });
}

IntervalEstimate LossClock::class_information() const {
  return means_.statistic([&](Means means) { return loss_information(means).front(); });
}

IntervalEstimate LossClock::loss_class_rate_peak() const {
  return means_.statistic([&](Means means) {
    return peak_while_open(loss_rates_of(means), loss_entropies_of(means), 0);
  });
}

std::vector<IntervalEstimate> LossClock::image_rate() const {
  return curve([&](Means means) {
    return each_step(
        [&](std::size_t k) { return levels_.rate[k] * of(means, of_image::error_told_none, k); });
  });
}

std::vector<double> LossClock::image_information_of(Means means) const {
  return integral_of([&](std::size_t k) { return of(means, of_image::error_told_none, k); });
}

std::vector<IntervalEstimate> LossClock::image_information() const {
  return curve([&](Means means) { return image_information_of(means); });
}

std::vector<IntervalEstimate> LossClock::image_entropy() const {
  return curve([&](Means means) {
    auto found = image_information_of(means);
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
  set_curve("own_information_rate", own_information_rate(), results);
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
  results.cells("own_information_total").set(own_information());
  results.cells("class_entropy_prior").set(std::log(to_real(classes_)));
  set_curve("entropy_rate", image_rate(), results);
  set_curve("loss_entropy", image_entropy(), results);
  set_curve("image_information", image_information(), results);
  results.cells("loss_image_count").set(to_real(images));
}

}  // namespace syncgap::experiments
