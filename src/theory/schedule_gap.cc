#include "theory/schedule_gap.h"

#include <cmath>
#include <cstddef>

#include "core/check.h"
#include "core/root.h"
#include "theory/coupled_process.h"

namespace syncgap::theory {
namespace {

/// A mode at one time: 2 int lambda since t = 0, and its covariance.
struct ModeState {
  double log_square_growth = 0.0;
  double covariance = 1.0;
};

/// One mode over the pieces.
class ModePath {
 public:
  ModePath(const SymmetricPair& pair, double eigenvalue, std::span<const double> starts,
           std::span<const double> strengths)
      : pair_(pair), eigenvalue_(eigenvalue), starts_(starts), strengths_(strengths) {
    SYNCGAP_EXPECTS(!starts.empty() && starts.size() == strengths.size() && starts[0] == 0.0);
    ModeState state{0.0, pair.variance};
    for (std::size_t j = 0; j < starts.size(); ++j) {
      at_start_.push_back(state);
      if (j + 1 < starts.size()) state = after(j, starts[j + 1] - starts[j]);
    }
  }

  double rate(std::size_t j) const { return -pair_.beta + eigenvalue_ * strengths_[j]; }

  ModeState after(std::size_t j, double elapsed) const {
    const auto& [growth, covariance] = at_start_[j];
    const double step = 2.0 * rate(j) * elapsed;
    return {growth + step,
            covariance * std::exp(step) + pair_.noise_variance * growth_integral(rate(j), elapsed)};
  }

  double log_kappa(std::size_t j, double elapsed) const {
    const auto [growth, covariance] = after(j, elapsed);
    return std::log(pair_.mean_square * pair_.noise_variance) + growth - std::log(covariance) -
           std::log(restoring(j, covariance));
  }

  /// y = lambda c + sigma_W^2: the reverse drift confines while it is positive, multimodal (59).
  double restoring(std::size_t j, double covariance) const {
    return rate(j) * covariance + pair_.noise_variance;
  }

  /// The piece of the passage and the status; the time within it where it is a root.
  struct Found {
    SpeciationStatus status;
    std::size_t piece;
    double elapsed;
  };
  Found find() const;
  std::vector<double> gradient(const Found& found) const;

 private:
  double covariance_by_rate(std::size_t j, double elapsed) const;

  const SymmetricPair& pair_;
  double eigenvalue_;
  std::span<const double> starts_, strengths_;
  std::vector<ModeState> at_start_;  // (K)
};

ModePath::Found ModePath::find() const {
  const double least = pair_.least_restoring * pair_.noise_variance;
  // On a piece the covariance is monotone, and so is y, which is sigma_W^2 / 2 in the end.
  for (std::size_t j = 0; j < starts_.size(); ++j) {
    const bool last = j + 1 == starts_.size();
    const double at_end = last ? at_start_[j].covariance : at_start_[j + 1].covariance;
    if (!(restoring(j, at_start_[j].covariance) > least && restoring(j, at_end) > least))
      return {SpeciationStatus::unstable, 0, 0.0};
  }
  for (std::size_t j = starts_.size(); j-- > 0;) {
    const double first = log_kappa(j, 0.0);
    if (!(first > 0.0)) continue;
    const bool last = j + 1 == starts_.size();
    double length = last ? 1.0 / pair_.noise_variance : starts_[j + 1] - starts_[j];
    if (last)
      while (log_kappa(j, length) > 0.0) length *= 2.0;
    const double end = log_kappa(j, length);
    if (end > 0.0) return {SpeciationStatus::at_switch, j, length};
    const double elapsed = find_root("speciation time", [&](double t) { return log_kappa(j, t); },
                                     {0.0, length, first, end});
    return {SpeciationStatus::speciates, j, elapsed};
  }
  return {SpeciationStatus::no_speciation, 0, 0.0};
}

/// dc/dlambda after some time on a piece from a fixed covariance at its start.
double ModePath::covariance_by_rate(std::size_t j, double elapsed) const {
  const double lambda = rate(j), step = 2.0 * lambda * elapsed;
  // d/dlambda of expm1(2 lambda h)/(2 lambda); its series where the difference loses its digits.
  const double of_integral =
      std::abs(step) < 1e-4
          ? elapsed * elapsed * (1.0 + step * (2.0 / 3.0 + step / 4.0))
          : (elapsed * std::exp(step) - growth_integral(lambda, elapsed)) / lambda;
  return 2.0 * elapsed * std::exp(step) * at_start_[j].covariance +
         pair_.noise_variance * of_integral;
}

std::vector<double> ModePath::gradient(const Found& found) const {
  std::vector<double> gradient(starts_.size(), 0.0);
  if (found.status != SpeciationStatus::speciates) return gradient;
  const std::size_t j = found.piece;
  const auto [growth, c] = after(j, found.elapsed);
  const double s = pair_.noise_variance, y = restoring(j, c);
  const double by_covariance = -1.0 / c - rate(j) / y;
  const double by_time = -((y - s) * (y - s) + y * y) / (c * y);
  for (std::size_t i = 0; i <= j; ++i) {
    const double length = i == j ? found.elapsed : starts_[i + 1] - starts_[i];
    // What a piece adds to the covariance is carried on as a start is.
    const double carried = i == j ? 1.0 : std::exp(growth - at_start_[i + 1].log_square_growth);
    double change = 2.0 * length + by_covariance * covariance_by_rate(i, length) * carried;
    if (i == j) change -= c / y;
    gradient[i] = -eigenvalue_ * change / by_time;
  }
  return gradient;
}

}  // namespace

ModePassage mode_passage(const SymmetricPair& pair, double eigenvalue,
                         std::span<const double> starts, std::span<const double> strengths) {
  const ModePath path(pair, eigenvalue, starts, strengths);
  const auto found = path.find();
  ModePassage passage{.status = found.status};
  if (found.status == SpeciationStatus::unstable || found.status == SpeciationStatus::no_speciation)
    return passage;
  passage.time = starts[found.piece] + found.elapsed;
  passage.gradient = path.gradient(found);
  return passage;
}

ScheduleGap schedule_gap(const SymmetricPair& pair, std::span<const double> starts,
                         std::span<const double> strengths) {
  ScheduleGap gap{.common = mode_passage(pair, SymmetricPair::kCommon, starts, strengths),
                  .difference = mode_passage(pair, SymmetricPair::kDifference, starts, strengths)};
  gap.value = gap.common.time - gap.difference.time;
  if (std::isnan(gap.value)) return gap;
  for (std::size_t j = 0; j < starts.size(); ++j)
    gap.gradient.push_back(gap.common.gradient[j] - gap.difference.gradient[j]);
  return gap;
}

}  // namespace syncgap::theory
