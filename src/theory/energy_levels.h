#pragma once

#include <span>
#include <vector>

namespace syncgap::theory {

/// Large deviations of the reduced energies epsilon_t of the training points seen from a point of
/// the population: the random energy model behind the collapse time. multimodal (34)-(41), (68)
class EnergyLevels {
 public:
  /// `memory_ratios`: chi of each of the N modes at one time; not negative, and 0 where so much
  /// noise was added that doubles do not hold them. `displacement`: relative
  /// excess b of the mean squared distance of the levels over that of a cluster's own points, for
  /// points of a cluster further away (regimes C.3).
  explicit EnergyLevels(std::span<const double> memory_ratios, double displacement = 0.0);

  /// The cumulant generating function exists for inverse temperatures above -1/max chi; -infinity
  /// where all chi are 0.
  double lowest_inverse_temperature() const;
  /// Lambda_t(beta), multimodal (68).
  double cumulant(double inverse_temperature) const;
  /// d Lambda_t / d beta; -1/2 at beta = 1 without displacement, multimodal (69).
  double cumulant_slope(double inverse_temperature) const;
  /// beta Lambda' - Lambda at this inverse temperature, without cancellation: the load at which the
  /// model condenses there. Increases from 0 with its size.
  double load(double inverse_temperature) const;
  /// I_t(u) = sup_beta(-u beta - Lambda_t(beta)) for u > 0; +infinity otherwise, and where all
  /// energies are alike and u is none of them. multimodal (35)
  double rate(double energy) const;
  /// The inverse temperature of that supremum; +-infinity in the last case.
  double conjugate_inverse_temperature(double energy) const;

 private:
  /// The mean energy minus `energy`, without cancellation.
  double mean_excess(double energy) const;
  /// The supremum of rate() as w: beta = expm1(w) / max chi.
  double saddle(double energy) const;
  /// x = beta chi of one mode there, and y = 1 + x.
  struct Term {
    double x, y;
  };
  Term at_saddle(double chi, double w) const;
  double load_of_mode(double chi, double inverse_temperature, double x, double y) const;

  std::vector<double> ratios_;
  double spread_;  ///< 1 + displacement
  double largest_ratio_;
};

}  // namespace syncgap::theory
