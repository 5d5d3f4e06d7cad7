#pragma once

#include <cstddef>
#include <vector>

#include "theory/coupled_process.h"
#include "theory/speciation.h"

namespace syncgap::theory {

/// What the mixing of the signal between modalities is measured by.
enum class Mixing {
  cosine,  ///< cos(theta) of the angle between their means
  share,   ///< of the common mode in the signal; the other modes hold the rest
};

/// kappa at one time as a function of the mixing: first + second * mixing for a cosine, and first *
/// (1 - mixing) + second * mixing for a share, which keeps its digits where one mode has decayed
/// far below the others.
struct KappaLine {
  double first = 0.0;
  double second = 0.0;
  /// Smallest real part of the eigenvalues of M + sigma_W^2 C^-1: the reverse drift confines while
  /// it is positive. multimodal (59)
  double restoring_rate = 0.0;

  Mixing measure = Mixing::cosine;

  /// The factor of `first`.
  static double weight(Mixing measure, double mixing) {
    return measure == Mixing::share ? 1.0 - mixing : 1.0;
  }
  double at(double mixing) const { return weight(measure, mixing) * first + second * mixing; }
};

/// kappa(t; theta) of two modalities with either relaxation matrix under a schedule, linear in
/// cos(theta). multimodal (28) with A and mu of section 2.1 (corrections E0.2, E0.11)
class AngleKappa {
 public:
  AngleKappa(const CoupledProcess& process, const CouplingSchedule& schedule, const DataLaw& data);

  /// `piece` decides M(t): at a switch the two sides differ.
  KappaLine line(double t, std::size_t piece) const;
  const CouplingSchedule& schedule() const { return moments_.schedule(); }
  /// 1/(fastest rate) near t = 0 and after a switch.
  double initial_time_scale() const;
  double later_time_scale() const;
  /// A time after the last switch beyond which kappa < 1 for every mixing in [-1, 1].
  double horizon() const;

 private:
  /// An upper bound on kappa(t) over all mixings.
  double envelope(double t) const;

  CoupledMoments moments_;
  DataLaw data_;
};

/// kappa(t) of N symmetrically coupled modalities: the common mode holds the share `mixing` of
/// total_mean_square, the other modes share the rest evenly. multimodal (62)
class ModeSumKappa {
 public:
  /// `eigenvalues` of the coupling graph, the common mode first.
  ModeSumKappa(double beta, double noise_variance, const std::vector<double>& eigenvalues,
               const CouplingSchedule& schedule, double variance, double total_mean_square);

  KappaLine line(double t, std::size_t piece) const;
  const CouplingSchedule& schedule() const { return modes_.front().schedule(); }
  double initial_time_scale() const;
  double later_time_scale() const;
  /// kappa < 1 beyond it: after the last switch a mode is a fresh process, whose speciation time
  /// is known in closed form. Needs |g| < beta / |eigenvalue| there.
  double horizon() const;

 private:
  std::vector<ModeMoments> modes_;
  double variance_;
  double total_mean_square_;
};

}  // namespace syncgap::theory
