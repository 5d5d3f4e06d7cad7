#pragma once

#include "theory/data_mixture.h"
#include "theory/diffusion_process.h"
#include "theory/peaks.h"

namespace syncgap::theory {

/// information, section 7 and appendix A: classes whose means sqrt(d) m_k grow apart while their
/// covariance tau^2 I stays. Which class made x_t then depends on time and d through one number,
/// eta = d alpha^2 / (alpha^2 tau^2 + sigma^2), information (81), (90), (97).

/// eta at reduced noise s.
double signal_to_noise(double d, double variance, double s);

/// The time at which the process passes eta; NaN when it never does (eta > d / tau^2).
double time_of_signal_to_noise(const DiffusionProcess& process, double d, double variance,
                               double eta);

/// F(eta) = Var H(z | x), information (83); `prototypes` are the points m_k on a line. Nats^2.
double label_entropy_variance(const DataMixture& prototypes, double eta);

/// The largest F over all eta: position eta*, height F*. For points at +-1: 1.34547767 and
/// .0536288911.
Peak label_entropy_variance_peak(const DataMixture& prototypes);

/// t_S(d): log(d)/2 for OU (84), where alpha^2 = 1/d for any process that preserves variance;
/// sqrt(d) for EDM (98), where sigma^2 = d for one whose variance explodes.
double scaling_speciation_time(const DiffusionProcess& process, double d);

}  // namespace syncgap::theory
