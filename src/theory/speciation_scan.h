#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "theory/kappa.h"
#include "theory/speciation.h"

namespace syncgap::theory {

/// One passage of kappa through 1.
struct Crossing {
  double time = 0.0;
  bool falling = true;     ///< kappa falls below 1 as t grows
  bool at_switch = false;  ///< by a jump of the coupling schedule, not by a root
};

/// Finds every time at which kappa(t; mixing) = 1: tabulates the kappa line once, then for any
/// mixing scans the table, refines each local extremum that could hide a pair of crossings, and
/// polishes each bracket (TOMS 748).
class SpeciationScan {
 public:
  using LineAt = std::function<KappaLine(double t, std::size_t piece)>;

  explicit SpeciationScan(const AngleKappa& kappa);
  explicit SpeciationScan(const ModeSumKappa& kappa);

  /// All passages through 1 in order of time.
  std::vector<Crossing> crossings(double mixing) const;
  /// Largest root, its neighbour below, and whether there is one at all.
  Speciation speciation(double mixing) const;
  /// sup_t kappa(t; mixing), multimodal (83).
  double peak(double mixing) const;
  /// inf_t of the restoring rate; not positive: unstable.
  double smallest_restoring_rate() const { return smallest_restoring_rate_; }

 private:
  struct Scales {
    double initial, later, horizon;
  };
  SpeciationScan(LineAt line, const CouplingSchedule& schedule, Scales scales);

  void tabulate(const CouplingSchedule& schedule, Scales scales);
  void append(double t, std::size_t piece);
  void find_smallest_restoring_rate();
  std::vector<double> kappa_table(double mixing) const;
  std::vector<Crossing> find_crossings(const std::vector<double>& kappa, double mixing) const;
  double find_peak(const std::vector<double>& kappa, double mixing) const;
  bool same_piece(std::size_t i, std::size_t j) const { return pieces_[i] == pieces_[j]; }

  LineAt line_;
  // One entry per time; a switch has two, one for each side.
  std::vector<double> times_, firsts_, seconds_, restoring_;
  std::vector<std::size_t> pieces_;
  Mixing measure_ = Mixing::cosine;
  double smallest_restoring_rate_ = 0.0;
};

}  // namespace syncgap::theory
