#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/estimate.h"
#include "core/random.h"
#include "core/results.h"
#include "experiments/network_decisions/noise_levels.h"
#include "observables/resampled_means.h"

// Shapes: n images, S steps of the schedule, K classes.
namespace syncgap::experiments {

/// Integral of a rate against log gamma by straight lines between S steps, from the last of them,
/// the noisiest, to each: (S). Positive for a positive `rate`, whichever way the steps run.
std::vector<double> integral_from_noise(std::span<const double> log_snr,
                                        std::span<const double> rate);

/// What is measured of an image at a step, under noise that a Brownian path has brought there.
namespace of_image {
enum Quantity : std::size_t {
  error_told_none,       ///< |e|^2, squared error of the noise summed over the numbers of an image
  error_told_own,        ///< |e_z|^2, the same with its class told
  class_entropy,         ///< h(z|x_t) of the network's own posterior of the class
  class_entropy_square,  ///< its square
  between_classes,       ///< sum_k p_k |eps_k - sum_j p_j eps_j|^2 of the noises predicted
  own_class,             ///< p of the class that it has
  quantity_count
};
}  // namespace of_image

/// What a network that may be told a class says of it, from of_image::Quantity of each image at
/// each step, (n, quantities, S). The images are as many of each class.
class LossClock {
 public:
  /// Refers to its arguments but for the stream. Resample r draws from trial r.
  LossClock(const NoiseLevels& levels, std::span<const double> measured, std::int64_t classes,
            const RandomStream& stream, std::int64_t resamples);

  /// H[z|x_t] of the network's posterior; (S)
  std::vector<IntervalEstimate> class_entropies() const;
  /// dH[z|x_t]/dt, by differences over two steps to either side, nats per time; (S)
  std::vector<IntervalEstimate> class_rate() const;
  /// dI(z; x_t)/dlog gamma: the same by a clock on which it is bounded, as 1 / (1 - abar) is not.
  /// Nats; (S)
  std::vector<IntervalEstimate> class_information_rate() const;
  /// gamma / 2 times what of the variance of the clean image given x_t lies between the classes, as
  /// the network predicts it: the same rate where images are of the network's own law. Law of total
  /// variance in information (33); (S)
  std::vector<IntervalEstimate> own_information_rate() const;
  /// Its integral, as far as H[z|x_t] would fall for images of that law; nats.
  IntervalEstimate own_information() const;
  /// V_Z, the variance of h(z|x_t); (S)
  std::vector<IntervalEstimate> class_variance() const;
  /// Times at which these are largest; NaN where that is the first or the last step. Of the first
  /// of them while more than a twentieth of log K is open: it has 1 / (1 - abar), which makes much
  /// of a few images that a network never decides.
  IntervalEstimate class_rate_peak() const;
  IntervalEstimate class_information_rate_peak() const;
  IntervalEstimate class_variance_peak() const;

  /// The same rate from the loss alone, (E|e|^2 - E|e_z|^2) / (1 - abar): what being told none
  /// costs a network beyond what it cannot know counts as well; (S)
  std::vector<IntervalEstimate> loss_class_rate() const;
  /// H[z|x_t] = log K - I(z; x_t), I its integral from the noisy end on; (S)
  std::vector<IntervalEstimate> loss_class_entropy() const;
  /// I(z; x) at the least noise; log K where nothing is missing and nothing too much.
  IntervalEstimate class_information() const;
  /// Time at which that rate is largest among the steps up to where log K is used up: what comes
  /// after is no class. NaN where that is the first or the last of them.
  IntervalEstimate loss_class_rate_peak() const;

  /// dH[x_0|x_t]/dt, nats per time; (S)
  std::vector<IntervalEstimate> image_rate() const;
  /// I(x_0; x_t) beyond what the noisiest step says: the integral of half the error from there; (S)
  std::vector<IntervalEstimate> image_information() const;
  /// H[x_0|x_t] - H[x_0|x at the least noise]; (S)
  std::vector<IntervalEstimate> image_entropy() const;

  /// Fills everything that describe_loss declares.
  void store(Results& results) const;

 private:
  using Means = std::span<const double>;  // (quantities, S)
  std::size_t steps() const { return levels_.time.size(); }
  double of(Means means, of_image::Quantity quantity, std::size_t step) const {
    return means[quantity * steps() + step];
  }
  /// An integral from the noise of half a squared error.
  template <class Error>
  std::vector<double> integral_of(const Error& error) const;
  /// A curve computed from means: (S).
  template <class Of>
  std::vector<IntervalEstimate> curve(const Of& of) const;
  template <class Of>
  std::vector<double> each_step(const Of& of) const;
  double told(Means means, std::size_t step) const {
    return of(means, of_image::error_told_none, step) - of(means, of_image::error_told_own, step);
  }
  std::vector<double> rates_of(Means means) const;
  std::vector<double> information_rates_of(Means means) const;
  std::vector<double> own_rates_of(Means means) const;
  std::vector<double> variances_of(Means means) const;
  std::vector<double> entropies_of(Means means) const;
  std::vector<double> loss_rates_of(Means means) const;
  std::vector<double> loss_information(Means means) const;
  std::vector<double> image_information_of(Means means) const;
  std::vector<double> loss_entropies_of(Means means) const;
  /// Time at which a rate is largest from the noise on to where the entropy falls to `closed`.
  double peak_while_open(const std::vector<double>& rates, const std::vector<double>& entropies,
                         double closed) const;

  const NoiseLevels& levels_;
  std::span<const double> measured_;
  std::int64_t classes_;
  std::size_t resamples_;
  observables::ResampledMeans means_;
};

}  // namespace syncgap::experiments
