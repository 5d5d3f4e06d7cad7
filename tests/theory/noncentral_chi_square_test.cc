#include "theory/noncentral_chi_square.h"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/non_central_chi_squared.hpp>
#include <boost/math/special_functions/bessel.hpp>
#include <gtest/gtest.h>

namespace syncgap::theory {
namespace {

TEST(ScaledBesselI, IsTheBesselFunction) {
  for (double order : {0.0, 0.5, 1.0, 7.5, 29.0, 31.0, 127.0, 511.0})
    for (double z : {1e-3, 0.2, 1.0, 10.0, 100.0, 600.0}) {
      const double wanted = boost::math::cyl_bessel_i(order, z);
      if (wanted > 1e-290 && std::isfinite(wanted)) {
        EXPECT_NEAR(log_scaled_bessel_i(order, z), std::log(wanted) - z,
                    2e-13 * (1 + std::abs(std::log(wanted))))
            << order << " " << z;
      }
    }
}

// I_{1/2}(z) = sqrt(2 / pi z) sinh z, at arguments where I itself overflows.
TEST(ScaledBesselI, DoesNotOverflow) {
  for (double z : {1e3, 1e6, 1e12})
    EXPECT_NEAR(log_scaled_bessel_i(0.5, z), -0.5 * std::log(2.0 * M_PI * z), 1e-12 * std::log(z));
}

TEST(NoncentralChiSquare, IsTheDensity) {
  for (double d : {2.0, 3.0, 8.0, 50.0, 63.0, 256.0, 1000.0})
    for (double noncentrality : {0.1, 3.0, 40.0, 300.0})
      for (double at : {0.3, 0.8, 1.0, 1.4}) {
        const double x = at * (d + noncentrality);
        const boost::math::non_central_chi_squared law(d, noncentrality);
        const double wanted = std::log(boost::math::pdf(law, x));
        if (wanted > -300) {
          EXPECT_NEAR(log_noncentral_chi_square_density(x, d, noncentrality), wanted, 1e-10)
              << d << " " << noncentrality << " " << x;
        }
      }
}

TEST(NoncentralChiSquare, IntegratesToOne) {
  for (const auto& [d, noncentrality] :
       {std::pair{4.0, 1e-3}, {4096.0, 8000.0}, {256.0, 1e7}, {1e5, 3e5}}) {
    const double mean = d + noncentrality, deviation = std::sqrt(2 * d + 4 * noncentrality);
    double mass = 0, first = 0;
    const double h = deviation / 400;
    for (double x = std::max(0.5 * h, mean - 12 * deviation); x < mean + 40 * deviation; x += h) {
      const double weight = h * std::exp(log_noncentral_chi_square_density(x, d, noncentrality));
      mass += weight;
      first += weight * x;
    }
    EXPECT_NEAR(mass, 1.0, 1e-5 / std::sqrt(d));
    EXPECT_NEAR(first / mean, 1.0, 1e-5 / std::sqrt(d));
  }
}

}  // namespace
}  // namespace syncgap::theory
