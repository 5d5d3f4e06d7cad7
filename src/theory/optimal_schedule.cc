#include "theory/optimal_schedule.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::theory {
namespace {

/// How many pieces a budget fills, and what the one beside them gets.
struct Filling {
  std::size_t full;
  double rest;
};

Filling filling(const FactorBudget& budget) {
  const double pieces = to_real(budget.pieces);
  constexpr double kRounding = 1e-12;
  const double full = std::floor(pieces / budget.most_factor * (1.0 + kRounding));
  const double rest = pieces - full * budget.most_factor;
  return {static_cast<std::size_t>(full), rest < kRounding * pieces ? 0.0 : rest};
}

struct Candidate {
  double merit;
  std::vector<double> factors;
};

/// One problem: what is to be made large, and ways to a schedule where no step makes it larger.
class Search {
 public:
  Search(const SymmetricPair& pair, std::span<const double> starts, double strength,
         const FactorBudget& budget, GapGoal goal)
      : pair_(pair), starts_(starts), strength_(strength), budget_(budget), goal_(goal) {}

  double sign() const { return goal_ == GapGoal::largest ? 1.0 : -1.0; }
  ScheduleGap gap(std::span<const double> factors) const {
    std::vector<double> strengths;
    for (const double factor : factors) strengths.push_back(strength_ * factor);
    return schedule_gap(pair_, starts_, strengths);
  }
  /// NaN where there is no gap.
  double merit(std::span<const double> factors) const { return sign() * gap(factors).value; }

  std::vector<Candidate> best_extremes(const FactorBudget& budget) const;
  Candidate climbed(Candidate at) const;
  Candidate exchanged(Candidate at) const;
  Candidate rearranged(Candidate at) const;

 private:
  const SymmetricPair& pair_;
  std::span<const double> starts_;
  double strength_;
  const FactorBudget& budget_;
  GapGoal goal_;
};

/// The best schedules of full and empty pieces, but for one; best first.
std::vector<Candidate> Search::best_extremes(const FactorBudget& budget) const {
  constexpr std::ptrdiff_t kKept = 20;
  std::vector<Candidate> best;
  const auto consider = [&](const std::vector<double>& factors) {
    const double merit = this->merit(factors);
    if (std::isnan(merit)) return;
    const auto place = std::upper_bound(
        best.begin(), best.end(), merit,
        [](double value, const Candidate& candidate) { return value > candidate.merit; });
    if (std::distance(best.begin(), place) >= kKept) return;
    best.insert(place, {merit, factors});
    if (std::ssize(best) > kKept) best.pop_back();
  };
  const auto [full, rest] = filling(budget);
  for (std::uint32_t set = 0; set < std::uint32_t{1} << budget.pieces; ++set) {
    if (static_cast<std::size_t>(std::popcount(set)) != full) continue;
    std::vector<double> factors(budget.pieces, 0.0);
    for (std::size_t j = 0; j < budget.pieces; ++j)
      if ((set >> j & 1U) != 0) factors[j] = budget.most_factor;
    if (rest == 0.0) {
      consider(factors);
      continue;
    }
    for (double& factor : factors) {
      if (factor != 0.0) continue;
      factor = rest;
      consider(factors);
      factor = 0.0;
    }
  }
  return best;
}

/// Steps along the gradient, back into the budget, while they improve.
Candidate Search::climbed(Candidate at) const {
  constexpr int kMostSteps = 300;
  constexpr double kLeastStep = 1e-10;
  double step = 1.0;
  for (int n = 0; n < kMostSteps && step > kLeastStep; ++n) {
    std::vector<double> moved = at.factors;
    const auto gradient = gap(at.factors).gradient;
    for (std::size_t j = 0; j < moved.size(); ++j) moved[j] += step * sign() * gradient[j];
    moved = budget_.nearest(moved);
    if (const double merit = this->merit(moved); merit > at.merit) {
      at = {merit, std::move(moved)};
      step *= 2.0;
    } else {
      step *= 0.25;
    }
  }
  return at;
}

/// Carries coupling from one piece to another while this improves, less and less: where the gap has
/// an edge or a jump, its gradient leads nowhere.
Candidate Search::exchanged(Candidate at) const {
  constexpr double kLeast = 1e-9;
  for (double amount = 1.0; amount > kLeast;) {
    bool better = false;
    for (std::size_t from = 0; from < at.factors.size(); ++from)
      for (std::size_t to = 0; to < at.factors.size(); ++to) {
        const double carried =
            std::min({amount, at.factors[from], budget_.most_factor - at.factors[to]});
        if (from == to || !(carried > 0.0)) continue;
        std::vector<double> moved = at.factors;
        moved[from] -= carried;
        moved[to] += carried;
        const double merit = this->merit(moved);
        if (!(merit > at.merit)) continue;
        at = {merit, std::move(moved)};
        better = true;
      }
    if (!better) amount *= 0.5;
  }
  return at;
}

/// Lets two pieces change places and exchanges anew, while this improves.
Candidate Search::rearranged(Candidate at) const {
  constexpr double kLeastGain = 1e-9;
  for (bool better = true; better;) {
    better = false;
    for (std::size_t i = 0; i < at.factors.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        Candidate swapped = at;
        std::swap(swapped.factors[i], swapped.factors[j]);
        swapped.merit = merit(swapped.factors);
        if (std::isnan(swapped.merit)) continue;
        swapped = exchanged(std::move(swapped));
        if (!(swapped.merit > at.merit + kLeastGain)) continue;
        at = std::move(swapped);
        better = true;
      }
  }
  return at;
}

}  // namespace

std::vector<double> FactorBudget::nearest(std::span<const double> factors) const {
  SYNCGAP_EXPECTS(factors.size() == pieces && most_factor >= 1.0);
  // clip(f - shift) whose sum is K: the sum falls with the shift, by halves to the last digit.
  const auto [least, most] = std::minmax_element(factors.begin(), factors.end());
  double low = *least - most_factor, high = *most;
  std::vector<double> out(pieces);
  const auto shifted_sum = [&](double shift) {
    double sum = 0.0;
    for (std::size_t j = 0; j < pieces; ++j)
      sum += out[j] = std::clamp(factors[j] - shift, 0.0, most_factor);
    return sum;
  };
  constexpr int kHalvings = 100;
  for (int n = 0; n < kHalvings; ++n) {
    const double middle = 0.5 * (low + high);
    const bool too_much = shifted_sum(middle) > to_real(pieces);
    (too_much ? low : high) = middle;
  }
  shifted_sum(0.5 * (low + high));
  return out;
}

std::vector<double> FactorBudget::filled(std::span<const std::size_t> order) const {
  SYNCGAP_EXPECTS(order.size() == pieces);
  const auto [full, rest] = filling(*this);
  std::vector<double> factors(pieces, 0.0);
  for (std::size_t n = 0; n < full; ++n) factors[order[n]] = most_factor;
  if (full < pieces) factors[order[full]] = rest;
  return factors;
}

std::optional<OptimalSchedule> optimal_schedule(const SymmetricPair& pair,
                                                std::span<const double> starts, double strength,
                                                const FactorBudget& budget, GapGoal goal) {
  SYNCGAP_EXPECTS(starts.size() == budget.pieces && budget.pieces <= kMostPieces);
  SYNCGAP_EXPECTS(strength * budget.most_factor < pair.beta);
  const Search search(pair, starts, strength, budget, goal);
  // Extremes of lower caps too: beyond a strength the reverse drift may not confine.
  constexpr int kCaps = 8;
  std::vector<Candidate> candidates;
  for (int n = 0; n <= kCaps; ++n) {
    const double cap = 1.0 + (budget.most_factor - 1.0) * to_real(n) / to_real(kCaps);
    for (Candidate& start : search.best_extremes({budget.pieces, cap}))
      candidates.push_back(std::move(start));
  }
  if (candidates.empty()) return {};
  Candidate best = candidates.front();
  for (const Candidate& start : candidates) {
    Candidate found = search.exchanged(search.climbed(start));
    if (found.merit > best.merit) best = std::move(found);
  }
  best = search.rearranged(std::move(best));
  // What exchanges left of a piece by rounding.
  constexpr double kRounding = 1e-12;
  for (double& factor : best.factors)
    if (factor < kRounding) factor = 0.0;
  const double gap = search.gap(best.factors).value;
  return OptimalSchedule{std::move(best.factors), gap};
}

}  // namespace syncgap::theory
