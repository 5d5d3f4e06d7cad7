#include <cmath>
#include <span>

#include "core/numbers.h"
#include "experiments/attention_response/declaration.h"
#include "experiments/attention_response/estimates.h"
#include "experiments/attention_response/state_gains.h"
#include "observables/estimate.h"
#include "observables/jackknife.h"
#include "observables/threshold_passage.h"
#include "observables/two_branches.h"
#include "theory/modewise_speciation.h"

// Shapes: M real pairs in blocks that are left out in turn, K modes.
namespace syncgap::experiments {
namespace {

/// What is left out: a block of pairs, one of the states of the gains, or what one of those that
/// are followed whole adds to them. -1: nothing.
struct LeftOut {
  std::int64_t pairs = -1, state = -1;
};

/// A number and those without each block of pairs, and without each state where it rests on gains.
class Jackknifed {
 public:
  explicit Jackknifed(double value) : value_(value) {}
  void without_pairs(double value) { pairs_.push_back(value); }
  void without_state(double value) { states_.push_back(value); }
  double value() const { return value_; }
  double left_pairs(std::size_t block) const { return pairs_[block]; }
  double left_state(std::size_t state) const { return states_[state]; }
  /// The first `parts` states make the gains by their parts, the others what these leave out.
  Estimate estimate(std::size_t parts = 0) const {
    double variance = square(observables::jackknife_error(pairs_));
    if (!states_.empty()) {
      const std::span all(states_);
      variance += square(observables::jackknife_error(all.first(parts))) +
                  square(observables::jackknife_error(all.subspan(parts)));
    }
    return {value_, std::sqrt(variance), static_cast<std::uint64_t>(pairs_.size())};
  }

 private:
  static double square(double x) { return x * x; }

  double value_;
  std::vector<double> pairs_, states_;
};

/// What leaving out each of some numbers does to their mean.
void append_changes_of_mean(const std::vector<double>& sample, std::vector<double>& to) {
  const double mean = observables::estimate_mean(sample).value;
  for (const double x : sample) to.push_back((mean - x) / to_real(std::ssize(sample) - 1));
}

/// One coupling strength, step and block.
struct Place {
  std::int64_t g, step, block;
};

class Branches {
 public:
  Branches(const AttentionResponsePlan& plan, const ResponseData& symmetric, const PairData& pairs,
           const std::vector<std::vector<double>>& variances, const RandomStream& chance,
           Results& results)
      : plan_(plan),
        options_(plan.options()),
        symmetric_(symmetric),
        of_(symmetric),
        blocks_(plan.replicas().shape().depth),
        pairs_(pairs),
        variances_(variances),
        one_(options_.replicas.pairs, options_.chance_draws, chance),
        whole_gain_(results.values("whole_gain")),
        results_(results) {}

  void store(const Place& place);
  void store_onset(std::int64_t g, std::int64_t block, std::int64_t k) const;

 private:
  struct Mode {
    std::int64_t k;
    std::span<const double> components, added;  // (M)
    double gain;                                // eta of the whole block
    // The same without each state in its parts, then in what these leave out.
    std::vector<double> gain_without;
    observables::TwoBranches fit;
    std::vector<observables::TwoBranches> without;  // each block of pairs
  };
  struct ScoreGain {
    double gamma, share, beyond;
  };

  std::int64_t index(const Place& at, std::int64_t k) const {
    return ((at.g * options_.replicas.steps + at.step) * blocks_ + at.block) *
               options_.modes.count +
           k;
  }
  /// Whether a pair belongs to this block of pairs.
  bool in_block(std::int64_t pair, std::int64_t block) const {
    return pair * options_.blocks_of_pairs / options_.replicas.pairs == block;
  }
  std::vector<Mode> modes_at(const Place& place) const;
  std::vector<double> gain_without(const Place& place, std::int64_t k, double gain) const;
  std::size_t parts() const { return unsigned_size(symmetric_.states); }
  ScoreGain score_gain(const std::vector<Mode>& modes, LeftOut left_out) const;
  void store_kappa(const Place& place, const Mode& mode, const Jackknifed& gamma);
  void store_measured(const Place& place, const Mode& mode);
  void store_beyond_linear(const Place& place);

  const AttentionResponsePlan& plan_;
  const AttentionResponseOptions& options_;
  const ResponseData& symmetric_;
  StateGains of_;
  std::int64_t blocks_;
  const PairData& pairs_;
  const std::vector<std::vector<double>>& variances_;
  observables::OneBranchEvidence one_;
  std::span<const double> whole_gain_;
  Results& results_;
};

std::vector<Branches::Mode> Branches::modes_at(const Place& place) const {
  const std::int64_t pairs = options_.replicas.pairs;
  std::vector<Mode> out;
  for (std::int64_t k = 0; k < options_.modes.count; ++k) {
    if (!(variances_[unsigned_size(place.block)][unsigned_size(k)] > 0)) continue;
    const std::int64_t at = index(place, k);
    const auto of = [&](const std::vector<double>& all) {
      return std::span(all).subspan(unsigned_size(at * pairs), unsigned_size(pairs));
    };
    const double gain = whole_gain_[unsigned_size(at)];
    Mode mode{
        k,    of(pairs_.components),        of(pairs_.added),
        gain, gain_without(place, k, gain), observables::fit_two_branches(of(pairs_.components)),
        {}};
    for (std::int64_t block = 0; block < options_.blocks_of_pairs; ++block) {
      std::vector<double> rest;
      for (std::int64_t pair = 0; pair < pairs; ++pair)
        if (!in_block(pair, block)) rest.push_back(mode.components[unsigned_size(pair)]);
      mode.without.push_back(observables::fit_two_branches(rest));
    }
    out.push_back(std::move(mode));
  }
  return out;
}

std::vector<double> Branches::gain_without(const Place& place, std::int64_t k, double gain) const {
  const double rho = theory::routing_share(plan_.couplings()[unsigned_size(place.g)]);
  std::vector<double> parts, cross, out;
  for (std::int64_t state = 0; state < symmetric_.states; ++state)
    parts.push_back(of_.gain(state, place.step, place.block, k, rho));
  for (std::int64_t state = 0; state < symmetric_.whole; ++state)
    cross.push_back(of_.cross_gain(state, place.step, place.block, k, rho));
  append_changes_of_mean(parts, out);
  append_changes_of_mean(cross, out);
  for (double& each : out) each += gain;
  return out;
}

Branches::ScoreGain Branches::score_gain(const std::vector<Mode>& modes, LeftOut left_out) const {
  double products = 0, scores = 0, rest = 0, all = 0;
  for (const Mode& mode : modes) {
    const auto& fit = left_out.pairs < 0 ? mode.fit : mode.without[unsigned_size(left_out.pairs)];
    const double gain =
        left_out.state < 0 ? mode.gain : mode.gain_without[unsigned_size(left_out.state)];
    if (!(fit.variance > 0)) continue;
    for (std::int64_t pair = 0; pair < std::ssize(mode.components); ++pair) {
      if (left_out.pairs >= 0 && in_block(pair, left_out.pairs)) continue;
      const double a = mode.components[unsigned_size(pair)];
      const double added = mode.added[unsigned_size(pair)];
      const double beyond = added - (gain - 1) * a;
      const double score = theory::two_branch_score(a, fit.separation, fit.variance);
      products += score * beyond;
      scores += score * score;
      rest += beyond * beyond;
      all += added * added;
    }
  }
  const double gamma = products / scores;
  return {gamma, gamma * products / rest, rest / all};
}

void Branches::store(const Place& place) {
  const auto modes = modes_at(place);
  const auto [g, step, block] = place;
  const auto gain = score_gain(modes, {});
  Jackknifed gamma(gain.gamma);
  for (std::int64_t left_out = 0; left_out < options_.blocks_of_pairs; ++left_out)
    gamma.without_pairs(score_gain(modes, {.pairs = left_out}).gamma);
  for (std::int64_t state = 0; state < symmetric_.states + symmetric_.whole; ++state)
    gamma.without_state(score_gain(modes, {.state = state}).gamma);
  // Where nothing differs there is no score and nothing to explain.
  results_.cells("score_gain").set_or_none(gamma.estimate(parts()), g, step, block);
  results_.cells("score_share").set_or_none(gain.share, g, step, block);
  results_.cells("beyond_gain").set_or_none(gain.beyond, g, step, block);
  store_beyond_linear(place);
  for (const char* name : {"branch_separation", "branch_variance", "bimodal_chance", "kappa",
                           "kappa_status", "measured_gain", "propagated_excess"})
    results_.cells(name).none(g, step, block);
  for (const Mode& mode : modes) {
    store_measured(place, mode);
    if (!(mode.fit.variance > 0)) continue;
    Jackknifed separation(mode.fit.separation), variance(mode.fit.variance);
    for (const auto& without : mode.without) {
      separation.without_pairs(without.separation);
      variance.without_pairs(without.variance);
    }
    results_.cells("branch_separation").set_or_none(separation.estimate(), g, step, block, mode.k);
    results_.cells("branch_variance").set_or_none(variance.estimate(), g, step, block, mode.k);
    results_.cells("bimodal_chance").set(one_.chance(mode.fit.evidence), g, step, block, mode.k);
    store_kappa(place, mode, gamma);
  }
}

void Branches::store_kappa(const Place& place, const Mode& mode, const Jackknifed& gamma) {
  const auto [g, step, block] = place;
  const auto with = [](double gain, double score, const observables::TwoBranches& fit) {
    return theory::ModewiseState{gain, score, fit.separation, fit.variance};
  };
  const auto whole = with(mode.gain, gamma.value(), mode.fit);
  // Where kappa is known must not depend on the test: it would let pass what chance made large.
  KappaStatus status = one_.chance(mode.fit.evidence) > options_.bimodal_level
                           ? KappaStatus::one_branch
                           : KappaStatus::two_branches;
  if (!(gamma.value() > 0))
    status = KappaStatus::no_score;
  else if (!theory::score_restores(whole))
    status = KappaStatus::amplified;
  results_.cells("kappa_status").set(to_real(static_cast<int>(status)), g, step, block, mode.k);
  if (status == KappaStatus::no_score || status == KappaStatus::amplified) return;
  Jackknifed kappa(theory::speciation_parameter(whole));
  for (std::size_t left_out = 0; left_out < mode.without.size(); ++left_out)
    kappa.without_pairs(theory::speciation_parameter(
        with(mode.gain, gamma.left_pairs(left_out), mode.without[left_out])));
  for (std::size_t state = 0; state < mode.gain_without.size(); ++state)
    kappa.without_state(theory::speciation_parameter(
        with(mode.gain_without[state], gamma.left_state(state), mode.fit)));
  results_.cells("kappa").set_or_none(kappa.estimate(parts()), g, step, block, mode.k);
}

void Branches::store_measured(const Place& place, const Mode& mode) {
  if (!(variances_.front()[unsigned_size(mode.k)] > 0)) return;
  const std::int64_t pairs = options_.replicas.pairs;
  const auto start =
      std::span(pairs_.components)
          .subspan(unsigned_size(index({place.g, 0, 0}, mode.k) * pairs), unsigned_size(pairs));
  std::vector<double> now, before;
  for (std::int64_t pair = 0; pair < pairs; ++pair) {
    const auto square = [&](std::span<const double> of) {
      return of[unsigned_size(pair)] * of[unsigned_size(pair)];
    };
    now.push_back(square(mode.components));
    before.push_back(square(start));
  }
  const auto ratio = observables::estimate_ratio(now, before);
  results_.cells("measured_gain")
      .set_or_none(log10_of_root(ratio), place.g, place.step, place.block, mode.k);
  // Components of pairs are of (A - B) / sqrt 2, those that are propagated of A - B.
  std::vector<double> propagated, real;
  for (std::int64_t state = 0; state < symmetric_.whole; ++state) {
    propagated.push_back(of_.propagated(place.g, state, place.step, place.block, mode.k));
    real.push_back(2 * now[unsigned_size(state)]);
  }
  results_.cells("propagated_excess")
      .set_or_none(log10_of_root(observables::estimate_ratio(propagated, real)), place.g,
                   place.step, place.block, mode.k);
}

void Branches::store_beyond_linear(const Place& place) {
  const auto [g, step, block] = place;
  const auto at = unsigned_size(((g * options_.replicas.steps + step) * blocks_ + block) *
                                options_.trajectories);
  const auto of = [&](const std::vector<double>& all) {
    return std::span(all).subspan(at, unsigned_size(options_.trajectories));
  };
  results_.cells("beyond_linear")
      .set_or_none(observables::estimate_ratio(of(pairs_.beyond_linear), of(pairs_.changed)), g,
                   step, block);
}

void Branches::store_onset(std::int64_t g, std::int64_t block, std::int64_t k) const {
  const auto kappa = results_.values("kappa"), status = results_.values("kappa_status");
  const auto at = [&](std::int64_t step) { return unsigned_size(index({g, step, block}, k)); };
  auto onset = results_.cells("onset");
  const std::int64_t last = options_.replicas.steps - 1;
  if (status[at(last)] != to_real(static_cast<int>(KappaStatus::two_branches)) ||
      !(kappa[at(last)] >= 1)) {
    onset.none(g, block, k);
    return;
  }
  std::int64_t earliest = last;
  while (earliest > 0 && kappa[at(earliest - 1)] >= 1) --earliest;
  // Before a step without a parameter nothing is known.
  if (earliest == 0 || std::isnan(kappa[at(earliest - 1)])) {
    onset.set(to_real(earliest), g, block, k);
    return;
  }
  const double x[] = {to_real(earliest - 1), to_real(earliest)};
  const double y[] = {kappa[at(earliest - 1)], kappa[at(earliest)]};
  onset.set(observables::passage_after({x, y}, 0, 1), g, block, k);
}

}  // namespace

void store_branches(const AttentionResponsePlan& plan, const ResponseData& symmetric,
                    const PairData& pairs, const std::vector<std::vector<double>>& variances,
                    const RandomStream& chance, Results& results) {
  Branches branches(plan, symmetric, pairs, variances, chance, results);
  const std::int64_t blocks = plan.replicas().shape().depth;
  for (std::int64_t g = 0; g < std::ssize(plan.couplings()); ++g) {
    for (std::int64_t step = 0; step < plan.options().replicas.steps; ++step)
      for (std::int64_t block = 0; block < blocks; ++block) branches.store({g, step, block});
    for (std::int64_t block = 0; block < blocks; ++block)
      for (std::int64_t k = 0; k < plan.options().modes.count; ++k)
        branches.store_onset(g, block, k);
  }
}

}  // namespace syncgap::experiments
