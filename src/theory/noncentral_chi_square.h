#pragma once

namespace syncgap::theory {

/// Law of |v + g|^2 for a fixed v of length sqrt(noncentrality) and g standard normal in d
/// dimensions: squared distances from a point to the points of a Gaussian cluster. Log of the
/// density at `x` > 0, far into both tails; absolute error of the log below 1e-11 (1 + |log|).
/// Needs d >= 2 and a positive noncentrality. Boost's density underflows where this is wanted.
double log_noncentral_chi_square_density(double x, double dimension, double noncentrality);

/// log(I_order(z) e^{-z}) for order >= 0 and z > 0, by Debye's uniform expansion (DLMF 10.41.3),
/// with downward recurrence from a higher order where this one is small.
double log_scaled_bessel_i(double order, double z);

}  // namespace syncgap::theory
