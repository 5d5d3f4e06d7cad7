#pragma once

#include <limits>
#include <span>

namespace syncgap::theory {

/// Two classes +-mu with isotropic covariance, as two modalities see them (multimodal (13)-(14)).
/// Mean squares are per dimension; multiply them by d for a d-dimensional model (corrections E0.3).
struct DataLaw {
  double variance_x = 1.0;     ///< sigma_x^2
  double variance_y = 1.0;     ///< sigma_y^2
  double mean_square_x = 1.0;  ///< m_x^2 = |mu_x|^2 / d
  double mean_square_y = 1.0;  ///< m_y^2
};

/// How the question "when does the reverse drift bifurcate?" was answered. The numbers are what the
/// record stores.
enum class SpeciationStatus {
  speciates = 0,      ///< kappa falls through 1 at the time given
  no_speciation = 1,  ///< kappa stays at or below 1 for all t, multimodal (83)
  unstable = 2,       ///< the reverse potential is not confining, multimodal (59)-(60)
  at_switch = 3,      ///< kappa drops below 1 at a jump of the coupling schedule
};

/// Speciation time and its neighbourhood. Times are NaN unless the status gives them.
struct Speciation {
  SpeciationStatus status = SpeciationStatus::no_speciation;
  /// t_S: the largest time at which kappa falls through 1, multimodal (30) and corrections E0.15.
  double time = std::numeric_limits<double>::quiet_NaN();
  /// The last upward crossing before t_S, where there is one: below it kappa < 1 again.
  double lower_time = std::numeric_limits<double>::quiet_NaN();
  int crossings = 0;                                       ///< number of times kappa crosses 1
  double peak = std::numeric_limits<double>::quiet_NaN();  ///< sup_t kappa
};

/// kappa of one eigenmode per unit m^2: sigma_W^2 E / (c (lambda c + sigma_W^2)), E = e^{2 int
/// lambda}, c the mode's covariance now. multimodal (62)
double mode_gain(double rate, double noise_variance, double log_growth, double covariance);

/// kappa(t) of one eigenmode under constant coupling. multimodal (62)
double mode_kappa(double rate, double noise_variance, double variance, double mean_square,
                  double t);

/// Whether lambda + sigma_W^2/c > 0 for all t: sigma^2 |lambda| < sigma_W^2. multimodal (60),
/// necessary and sufficient (corrections E0.4).
bool is_confining(double rate, double noise_variance, double variance);

/// Speciation of one eigenmode of rate lambda <= 0 under constant coupling, in closed form
/// (corrections E0.1 for multimodal (66)); smooth through lambda = 0 and B = 0.
Speciation mode_speciation(double rate, double noise_variance, double variance, double mean_square);

/// Speciation of a sum of eigenmodes under constant coupling, multimodal (62), (64): kappa is
/// decreasing, and the root is bracketed by the closed forms of the modes alone.
Speciation mixture_speciation(std::span<const double> rates, double noise_variance, double variance,
                              std::span<const double> mean_squares);

}  // namespace syncgap::theory
