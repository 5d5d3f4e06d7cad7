#pragma once

#include <cstddef>

#include "sde/reverse_problem.h"

namespace syncgap::sde {

/// Variance of a coordinate of the generated y_0 outside the signal plane. There the scheme is
/// linear and Gaussian, so this is exact for the scheme as it is run (X path, quadrature of I,
/// Euler-Maruyama): no other error than rounding. An exact score gives sigma_data^2 as N grows; the
/// printed one does not (corrections E0.22 (i)).
double orthogonal_variance(const ReverseProblem& problem, std::size_t sampler);

/// Its limit of infinitely many steps, by extrapolation from 2, 4 and 8 times the steps; good to
/// 1e-6 at 800 steps.
double orthogonal_variance_limit(const ReverseProblem& problem, std::size_t sampler);

}  // namespace syncgap::sde
