#include "experiments/mixture_cloning/predictions.h"

#include "theory/cloning_agreement.h"
#include "theory/euler_cloning.h"

namespace syncgap::experiments {

AgreementPredictions predict_agreement(const theory::TwoClusters& clusters,
                                       const sde::CloningPlan& plan,
                                       std::span<const double> branch_times,
                                       std::span<const std::size_t> branch_order,
                                       std::span<const double> curve_times) {
  AgreementPredictions found;
  for (auto* values : {&found.sign, &found.label, &found.scheme_sign, &found.scheme_label})
    values->resize(branch_times.size());
  const auto scheme = theory::euler_disagreement(clusters, plan.times, plan.branch_steps);
  for (std::size_t i = 0; i < branch_order.size(); ++i) {
    const std::size_t at = branch_order[i];
    found.sign[at] = 1.0 - theory::sign_disagreement(clusters, branch_times[at]);
    found.label[at] = 1.0 - theory::label_disagreement(clusters, branch_times[at]);
    found.scheme_sign[at] = 1.0 - scheme[i].sign;
    found.scheme_label[at] = 1.0 - scheme[i].label;
  }
  for (const double t : curve_times) {
    found.sign_curve.push_back(1.0 - theory::sign_disagreement(clusters, t));
    found.label_curve.push_back(1.0 - theory::label_disagreement(clusters, t));
  }
  return found;
}

}  // namespace syncgap::experiments
