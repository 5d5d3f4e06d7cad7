#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sde/cloning.h"
#include "theory/two_clusters.h"

namespace syncgap::experiments {

/// Agreements in closed form, of each dimension: what is drawn beside the measurement.
struct AgreementPredictions {
  std::vector<double> sign, label;                ///< (branch_time), continuous time
  std::vector<double> sign_curve, label_curve;    ///< (curve_time)
  std::vector<double> scheme_sign, scheme_label;  ///< (branch_time), of the Euler scheme
};

/// `branch_order[i]` is the place on axis branch_time of the plan's branch i.
AgreementPredictions predict_agreement(const theory::TwoClusters& clusters,
                                       const sde::CloningPlan& plan,
                                       std::span<const double> branch_times,
                                       std::span<const std::size_t> branch_order,
                                       std::span<const double> curve_times);

}  // namespace syncgap::experiments
