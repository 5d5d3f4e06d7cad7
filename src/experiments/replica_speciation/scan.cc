#include "experiments/replica_speciation/scan.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "observables/estimate.h"

namespace syncgap::experiments {
namespace {

using observables::PairStatistic;
using observables::ResampledSigmoids;

constexpr Agreement kMetrics[kAgreementCount] = {Agreement::cosine, Agreement::label,
                                                 Agreement::coarse, Agreement::fine};

/// Resamples behind the errors that decide where to measure next.
constexpr std::size_t kScanResamples = 100;

ResampledSigmoids sigmoids_of(const AgreementCurves& curves, std::vector<Agreement> metrics,
                              std::int64_t comparisons, PairStatistic statistic,
                              const RandomStream& stream, std::size_t resamples) {
  const auto points = curves.points();
  const std::vector<double> t(points.begin(), points.end());
  std::vector<std::vector<double>> values;
  for (std::int64_t comparison = 0; comparison < comparisons; ++comparison)
    for (const Agreement metric : metrics) values.push_back(curves.values(metric, comparison));
  const std::vector<std::span<const double>> spans(values.begin(), values.end());
  observables::ResampledSigmoidsOptions options;
  options.statistic = statistic;
  options.resamples = resamples;
  return {t, spans, stream, options};
}

double independent_of(const Independent& independent, Agreement metric) {
  switch (metric) {
    case Agreement::cosine:
      return independent.cosine.value;
    case Agreement::label:
      return independent.label.value;
    case Agreement::coarse:
    case Agreement::fine:
      break;
  }
  return 0;  // of a score, by its definition
}

/// Calls put(place of t_int, mean of rows) along the curve `at` of a set, of which only the t_int
/// that were measured have one.
template <class Put>
void each_estimate(const std::vector<std::int64_t>& points, const AgreementCurves& curves,
                   const ResampledSigmoids& set, std::size_t at, const Put& put) {
  std::size_t known = 0;
  for (std::int64_t k = 0; k < std::ssize(points); ++k) {
    if (!curves.measured().contains(points[unsigned_size(k)])) continue;
    put(k, Estimate{set.values(at)[known], set.errors(at)[known]});
    ++known;
  }
}

void store_sigmoid(const AgreementCurves& curves, const AgreementSigmoids& sigmoids,
                   Agreement metric, Results& results) {
  const ResampledSigmoids& set = sigmoids.of(metric);
  const std::size_t at = AgreementSigmoids::place(metric);
  const auto m = static_cast<std::int64_t>(metric);
  const observables::SigmoidFit& fit = set.fit(at);
  results.cells("midpoint").set_or_none(set.midpoint(at), m);
  results.cells("width").set_or_none(set.width(at), m);
  results.cells("floor").set_or_none(set.floor(at), m);
  results.cells("plateau").set_or_none(set.plateau(at), m);
  results.cells("crossing").set_or_none(set.linear_crossing(at, curves.level(metric)), m);
  results.cells("level").set(curves.level(metric), m);
  results.cells("fit_status").set(to_real(static_cast<std::int64_t>(set.status(at))), m);
  results.cells("fit_explained").set_or_none(fit.explained, m);
  results.cells("fit_chi_square").set_or_none(fit.chi_square, m);
  results.cells("share_fitted").set(set.share_fitted(at), m);
}

}  // namespace

void AgreementCurves::add(std::int64_t coupled_steps, RowComparison comparison) {
  SYNCGAP_EXPECTS(!comparison.empty() && std::ssize(comparison.front().cosine) == pairs_);
  measured_.insert_or_assign(coupled_steps, std::move(comparison));
}

std::vector<std::int64_t> AgreementCurves::points() const {
  std::vector<std::int64_t> out;
  for (const auto& [point, comparison] : measured_) out.push_back(point);
  return out;
}

double AgreementCurves::of_pair(Agreement metric, std::int64_t coupled_steps, std::int64_t pair,
                                std::int64_t comparison) const {
  const PairComparison& seen = measured_.at(coupled_steps)[unsigned_size(comparison)];
  const auto score = [&](std::size_t scale) {
    return 1 - seen.distances[scale][pair] / independent_.distances[scale].value;
  };
  switch (metric) {
    case Agreement::cosine:
      return seen.cosine[pair];
    case Agreement::label:
      return seen.same_label[pair];
    case Agreement::coarse:
      return score(0);
    case Agreement::fine:
      break;
  }
  return score(1);
}

std::vector<double> AgreementCurves::values(Agreement metric, std::int64_t comparison) const {
  std::vector<double> out;
  for (std::int64_t pair = 0; pair < pairs_; ++pair)
    for (const auto& [point, seen] : measured_)
      out.push_back(of_pair(metric, point, pair, comparison));
  return out;
}

double AgreementCurves::level(Agreement metric) const {
  return 0.5 * (1 + independent_of(independent_, metric));
}

AgreementSigmoids::AgreementSigmoids(const AgreementCurves& curves, const RandomStream& stream,
                                     std::size_t resamples, std::int64_t comparisons)
    : medians_(sigmoids_of(curves, {Agreement::cosine}, comparisons, PairStatistic::median, stream,
                           resamples)),
      means_(sigmoids_of(curves, {Agreement::label, Agreement::coarse, Agreement::fine},
                         comparisons, PairStatistic::mean, stream, resamples)) {}

std::size_t AgreementSigmoids::place(Agreement metric, std::int64_t comparison) {
  const std::size_t before = unsigned_size(comparison);
  return metric == Agreement::cosine ? before : 3 * before + static_cast<std::size_t>(metric) - 1;
}

void scan_agreement(const ReplicaSpeciationOptions& options,
                    const std::vector<std::int64_t>& points,
                    const std::vector<std::int64_t>& always, const RandomStream& stream,
                    AgreementCurves& curves,
                    const std::function<void(const std::vector<std::int64_t>&)>& measure) {
  if (!options.adaptive) {
    measure(points);
    return;
  }
  const observables::ScanOptions scan = options.scan();
  std::vector<std::int64_t> next = observables::next_scan_points({}, {}, scan).next;
  next.insert(next.end(), always.begin(), always.end());
  std::sort(next.begin(), next.end());
  next.erase(std::unique(next.begin(), next.end()), next.end());
  while (!next.empty()) {
    measure(next);
    const AgreementSigmoids sigmoids(curves, stream, kScanResamples);
    std::vector<observables::ScanCurve> seen;
    for (const Agreement metric : {Agreement::cosine, Agreement::coarse, Agreement::fine}) {
      const auto& set = sigmoids.of(metric);
      const std::size_t at = AgreementSigmoids::place(metric);
      seen.push_back({set.values(at), set.errors(at)});
    }
    next = observables::next_scan_points(curves.points(), seen, scan).next;
  }
}

void store_modes(const std::vector<theory::DifferenceModes>& modes,
                 const std::vector<std::int64_t>& points, const AgreementCurves& curves,
                 const AgreementSigmoids& sigmoids, Results& results) {
  results.none({"mode_carried", "mode_count", "mode_agreement", "mode_end", "mode_midpoint",
                "mode_crossing", "mode_fit_status", "mode_share_fitted", "mode_gap"});
  const std::int64_t last = curves.points().back();
  for (std::int64_t mode = 0; mode < std::ssize(modes); ++mode) {
    const theory::DifferenceModes& of = modes[unsigned_size(mode)];
    results.cells("mode_carried").set(of.carried, mode);
    results.cells("mode_count").set(to_real(std::ssize(of.amplitudes)), mode);
    // A pair, or replicas whose modes are all alike, have no other curve than that of every two.
    const std::int64_t comparison = curves.comparisons() == 1 ? 0 : 1 + mode;
    for (const Agreement metric : kMetrics) {
      const auto m = static_cast<std::int64_t>(metric);
      const ResampledSigmoids& set = sigmoids.of(metric);
      const std::size_t at = AgreementSigmoids::place(metric, comparison);
      each_estimate(points, curves, set, at, [&](std::int64_t k, Estimate found) {
        results.cells("mode_agreement").set(found, mode, m, k);
      });
      for (std::int64_t pair = 0; pair < curves.pairs(); ++pair)
        results.cells("mode_end")
            .set(curves.of_pair(metric, last, pair, comparison), mode, m, pair);
      results.cells("mode_midpoint").set_or_none(set.midpoint(at), mode, m);
      results.cells("mode_crossing")
          .set_or_none(set.linear_crossing(at, curves.level(metric)), mode, m);
      results.cells("mode_fit_status")
          .set(to_real(static_cast<std::int64_t>(set.status(at))), mode, m);
      results.cells("mode_share_fitted").set(set.share_fitted(at), mode, m);
    }
    const ResampledSigmoids& means = sigmoids.of(Agreement::fine);
    results.cells("mode_gap")
        .set_or_none(
            means.midpoint_difference(AgreementSigmoids::place(Agreement::fine, comparison),
                                      AgreementSigmoids::place(Agreement::coarse, comparison)),
            mode);
  }
}

void store_curves(const ReplicaSpeciationOptions& options, const std::vector<std::int64_t>& points,
                  const AgreementCurves& curves, const AgreementSigmoids& sigmoids,
                  Results& results) {
  results.none({"agreement", "pair_agreement", "distance"});
  auto agreement = results.cells("agreement"), of_pair = results.cells("pair_agreement");
  auto distance = results.cells("distance"), measured = results.cells("measured");
  for (std::int64_t k = 0; k < std::ssize(points); ++k) {
    const auto found = curves.measured().find(points[unsigned_size(k)]);
    measured.set(found == curves.measured().end() ? 0 : 1, k);
    if (found == curves.measured().end()) continue;
    for (std::int64_t scale = 0; scale < 2; ++scale)
      distance.set(observables::estimate_mean(found->second.front().distances[scale]), scale, k);
  }
  for (const Agreement metric : kMetrics) {
    const auto m = static_cast<std::int64_t>(metric);
    each_estimate(points, curves, sigmoids.of(metric), AgreementSigmoids::place(metric),
                  [&](std::int64_t k, Estimate found) {
                    agreement.set(found, m, k);
                    for (std::int64_t pair = 0; pair < curves.pairs(); ++pair)
                      of_pair.set(curves.of_pair(metric, points[unsigned_size(k)], pair), m, k,
                                  pair);
                  });
  }
  auto independent = results.cells("independent_agreement");
  independent.set(curves.independent().cosine, 0);
  independent.set(curves.independent().label, 1);
  for (std::int64_t scale = 0; scale < 2; ++scale) {
    independent.set(Estimate{0, 0}, 2 + scale);
    results.cells("independent_distance").set(curves.independent().distances[scale], scale);
  }
  for (const Agreement metric : kMetrics) store_sigmoid(curves, sigmoids, metric, results);
  const ResampledSigmoids& means = sigmoids.of(Agreement::fine);
  const auto fine = AgreementSigmoids::place(Agreement::fine),
             coarse = AgreementSigmoids::place(Agreement::coarse);
  results.cells("gap").set_or_none(means.midpoint_difference(fine, coarse));
  results.cells("crossing_gap")
      .set_or_none(means.linear_crossing_difference(fine, coarse, curves.level(Agreement::fine)));
  const auto taken = curves.points();
  const std::int64_t steps = options.replicas.steps;
  results.cells("evaluations")
      .set(to_real(observables::scan_evaluations(taken, steps)) /
           to_real(observables::naive_evaluations(steps)));
}

}  // namespace syncgap::experiments
