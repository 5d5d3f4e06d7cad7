#include <algorithm>
#include <cmath>
#include <vector>

#include <Eigen/Core>

#include "experiments/pathwise_entropy/work.h"
#include "theory/decision_tree.h"
#include "theory/information.h"
#include "theory/peaks.h"
#include "theory/signal_to_noise.h"

namespace syncgap::experiments {
namespace {

using Eigen::Index;
using theory::DataMixture;
using theory::EntropyParts;
using theory::Information;
using theory::NoisedMixture;
using theory::Peak;

}  // namespace

void PathwiseEntropy::write_exact(const Problem& problem, Results& results) const {
  const Index dimension = problem.data.reduced.dimension() + problem.data.left_out;
  for (std::size_t i = 0; i < u_.size(); ++i) {
    const Information found = theory::reduced_information(problem.data, problem.levels[i]);
    results.cells("entropy_exact").set(found.entropy, i);
    results.cells("entropy_variance_exact").set(found.entropy_variance, i);
    results.cells("label_entropy_exact").set(found.label_entropy, i);
    results.cells("label_entropy_variance_exact").set(found.label_entropy_variance, i);
    results.cells("rate_exact")
        .set(theory::information_rates(found, dimension, problem.process, problem.times[i])
                 .denoising_error,
             i);
  }
}

void PathwiseEntropy::write_density(const Problem& problem, Results& results) const {
  if (problem.data.left_out > 0) return;
  auto log_density = results.cells("log_density");
  Eigen::VectorXd x(1);
  for (std::size_t i = 0; i < u_.size(); ++i) {
    const NoisedMixture noised(problem.data.reduced, problem.levels[i]);
    const double alpha = problem.process.signal(problem.times[i]);
    for (std::size_t j = 0; j < positions_.size(); ++j) {
      x[0] = positions_[j] / alpha;
      log_density.set(noised.log_density(x) - std::log(alpha), i, j);
    }
  }
}

void PathwiseEntropy::write_peaks(const Problem& problem, Results& results) const {
  const Index dimension = problem.data.reduced.dimension() + problem.data.left_out;
  const auto variance = [&](double t) {
    return theory::reduced_information(problem.data, problem.process.reduced_noise(t))
        .entropy_variance;
  };
  const auto rate = [&](double t) {
    const double s = problem.process.reduced_noise(t);
    const Information found =
        theory::reduced_information(problem.data, s, EntropyParts::label_only);
    return theory::information_rates(found, dimension, problem.process, t).denoising_error;
  };
  const double first = problem.times.front(), last = problem.times.back();
  const auto variance_peaks = theory::local_maxima(variance, problem.times);
  for (std::int64_t i = 0; i < std::min<std::int64_t>(variance_peaks.size(), peaks_); ++i) {
    const Peak& peak = variance_peaks[i];
    results.cells("variance_peak_time").set(peak.position, i);
    results.cells("variance_peak_height").set(peak.height, i);
    // V_h need not fall to half of a peak between the first and the last time.
    results.cells("variance_peak_width")
        .set_or_none(theory::half_width(variance, peak, first, last).width(), i);
  }
  const auto rate_peaks = theory::local_maxima(rate, problem.times);
  for (std::int64_t i = 0; i < std::min<std::int64_t>(rate_peaks.size(), peaks_); ++i)
    results.cells("rate_peak_time").set(rate_peaks[i].position, i);

  const theory::DecisionTree tree = theory::follow_paths(problem.data.reduced, problem.levels);
  std::int64_t written = 0;
  double before = 0.0;
  for (const theory::Branching& event : tree.branchings) {
    // Decisions that mirror each other are one time.
    if (written == peaks_ || event.noise < before * (1.0 + 1e-6)) continue;
    before = event.noise;
    results.cells("branching_time").set(problem.process.time_of(event.noise), written++);
  }
}

void PathwiseEntropy::write_prediction(const Problem& problem, Results& results) const {
  if (problem.data.reduced.count() < 2) return;
  const DataMixture prototypes = DataMixture::of_points(
      problem.data.reduced.means() / std::sqrt(problem.d), problem.data.reduced.weights());
  if (!(prototypes.total_variance() > 0.0)) return;
  const Peak peak = theory::label_entropy_variance_peak(prototypes);
  const auto in_log = [&](double log_eta) {
    return theory::label_entropy_variance(prototypes, std::exp(log_eta));
  };
  const double centre = std::log(peak.position);
  const theory::HalfWidth half =
      theory::half_width(in_log, {centre, peak.height}, centre - 7.0, centre + 5.0);
  const auto time_of = [&](double eta) {
    return theory::time_of_signal_to_noise(problem.process, problem.d, options_.variance, eta);
  };
  results.cells("peak_signal_to_noise").set(peak.position);
  results.cells("predicted_peak_height").set(peak.height);
  // With variance within the classes eta is bounded, and a process need not come that far.
  results.cells("predicted_peak_time").set_or_none(time_of(peak.position));
  results.cells("predicted_peak_width")
      .set_or_none(time_of(std::exp(half.left)) - time_of(std::exp(half.right)));
}

}  // namespace syncgap::experiments
