#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/mixture_cloning/work.h"
#include "observables/crossing.h"
#include "theory/cluster_speciation.h"

namespace syncgap::experiments {

using observables::Histogram;
using theory::TwoClusters;

void MixtureCloning::write_agreement(const CloningTally& tally, Results& results) const {
  auto agreement = results.cells("agreement"), label_agreement = results.cells("label_agreement");
  for (std::size_t d = 0; d < clusters_.size(); ++d)
    for (std::size_t b = 0; b < branch_times_.size(); ++b) {
      // A single trial has no standard error.
      agreement.set_or_none(tally.sign[cell(d, b)].share_estimate(), d, b);
      label_agreement.set_or_none(tally.label[cell(d, b)].share_estimate(), d, b);
    }
}

void MixtureCloning::write_predictions(Results& results) const {
  for (std::size_t d = 0; d < clusters_.size(); ++d) {
    const AgreementPredictions& exact = predictions_.get(d, [&] {
      return predict_agreement(clusters_[d], plan_, branch_times_, branch_order_, curve_times_);
    });
    results.cells("agreement_closed_form").assign(exact.sign, d);
    results.cells("label_agreement_closed_form").assign(exact.label, d);
    results.cells("agreement_scheme").assign(exact.scheme_sign, d);
    results.cells("label_agreement_scheme").assign(exact.scheme_label, d);
    results.cells("agreement_curve").assign(exact.sign_curve, d);
    results.cells("label_agreement_curve").assign(exact.label_curve, d);
  }
}

void MixtureCloning::write_times(const CloningTally& tally, Results& results) const {
  // Curves run over increasing time.
  std::vector<double> times;
  for (auto b = branch_order_.rbegin(); b != branch_order_.rend(); ++b)
    times.push_back(branch_times_[*b]);
  auto curve = [&](std::span<const double> means, std::size_t d) {
    std::vector<double> y;
    for (auto b = branch_order_.rbegin(); b != branch_order_.rend(); ++b)
      y.push_back(means[cell(d, *b)]);
    return y;
  };
  auto ratios = [&](std::size_t d) {
    std::vector<double> x = times;
    for (double& t : x) t /= theory::speciation_time(clusters_[d]);
    return x;
  };
  // A curve need not pass a level, nor two curves each other.
  const auto write = [&](const char* name, std::size_t d, const Estimate& estimate) {
    results.cells(name).set_or_none(estimate, d);
  };
  results.none({"crossing_ratio", "crossing_agreement"});
  for (std::size_t d = 0; d < clusters_.size(); ++d) {
    const TwoClusters& clusters = clusters_[d];
    results.cells("speciation_time").set_or_none(theory::speciation_time(clusters), d);
    results.cells("landau_time").set_or_none(theory::landau_time(clusters), d);
    results.cells("potential_splitting_time")
        .set_or_none(theory::potential_splitting_time(clusters), d);
    results.cells("density_splitting_time")
        .set_or_none(theory::density_splitting_time(clusters), d);
    results.cells("drift_splitting_time").set_or_none(theory::drift_splitting_time(clusters), d);
    write("level_time", d, observables::jackknife(tally.blocks, [&](std::span<const double> means) {
            return observables::last_crossing({times, curve(means, d)}, options_.level);
          }));
    if (d + 1 == clusters_.size() || !(theory::speciation_time(clusters) > 0.0)) continue;
    const auto here = ratios(d), next = ratios(d + 1);
    auto intersection = [&](std::span<const double> means) {
      return observables::intersection_near({here, curve(means, d)}, {next, curve(means, d + 1)},
                                            options_.level);
    };
    write("crossing_ratio", d,
          observables::jackknife(tally.blocks, [&](auto means) { return intersection(means).x; }));
    write("crossing_agreement", d,
          observables::jackknife(tally.blocks, [&](auto means) { return intersection(means).y; }));
  }
}

void MixtureCloning::write_overlaps(const CloningTally& tally, Results& results) const {
  const double mu = options_.mean_amplitude;
  results.none({"snapshot_time", "overlap_density", "overlap_density_closed_form",
                "scaled_overlap_density", "scaled_overlap_density_closed_form"});
  for (std::size_t d = 0; d < clusters_.size(); ++d) {
    for (std::size_t s = 0; s < offsets_.size(); ++s) {
      const std::size_t row = d * offsets_.size() + s;
      const std::optional<double> t = snapshot_time(d, s);
      if (!t) continue;
      results.cells("snapshot_time").set(*t, d, s);
      const auto write = [&](const std::string& name, const Histogram& histogram,
                             std::span<const double> bins, double per_unit) {
        results.cells(name).assign(std::span<const Estimate>(histogram.density()), d, s);
        auto closed_form = results.cells(name + "_closed_form");
        for (std::size_t i = 0; i < bins.size(); ++i)
          closed_form.set(per_unit * clusters_[d].projection_density(per_unit * bins[i], *t), d, s,
                          i);
      };
      write("overlap_density", tally.overlap[row], overlap_bins_, 1.0 / mu);
      write("scaled_overlap_density", tally.scaled_overlap[row], scaled_bins_,
            clusters_[d].projection_mean(*t));
    }
  }
  // V depends on t and d through t - 1/2 log d alone.
  const TwoClusters one{1.0, mu, options_.standard_deviation};
  for (std::size_t s = 0; s < offsets_.size(); ++s)
    for (std::size_t i = 0; i < overlap_bins_.size(); ++i)
      results.cells("potential")
          .set(theory::overlap_potential(one, overlap_bins_[i], offsets_[s]), s, i);
}

}  // namespace syncgap::experiments
