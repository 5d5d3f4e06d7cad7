#include "theory/signal_to_noise.h"

#include <cmath>
#include <limits>
#include <vector>

#include "core/check.h"
#include "theory/information.h"

namespace syncgap::theory {

double signal_to_noise(double d, double variance, double s) { return d / (s + variance); }

double time_of_signal_to_noise(const DiffusionProcess& process, double d, double variance,
                               double eta) {
  const double s = d / eta - variance;
  return s >= 0.0 ? process.time_of(s) : std::numeric_limits<double>::quiet_NaN();
}

double label_entropy_variance(const DataMixture& prototypes, double eta) {
  SYNCGAP_EXPECTS(prototypes.are_points() && eta > 0.0);
  return line_information(prototypes, 1.0 / eta, EntropyParts::label_only).label_entropy_variance;
}

Peak label_entropy_variance_peak(const DataMixture& prototypes) {
  // Classes are told apart where the noise is about as wide as the means are spread.
  const double spread = prototypes.total_variance();
  std::vector<double> logs;
  for (int i = -40; i <= 80; ++i) logs.push_back(-std::log(spread) + 0.1 * i);
  const Peak peak = highest_peak(
      [&](double log_eta) { return label_entropy_variance(prototypes, std::exp(log_eta)); }, logs);
  return {std::exp(peak.position), peak.height};
}

double scaling_speciation_time(const DiffusionProcess& process, double d) {
  const bool preserves_variance = process.relaxation_rate(1.0) > 0.0;
  return process.time_of(preserves_variance ? d - 1.0 : d);
}

}  // namespace syncgap::theory
