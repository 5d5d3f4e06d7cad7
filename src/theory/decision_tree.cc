#include "theory/decision_tree.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/check.h"
#include "theory/fixed_points.h"
#include "theory/noised_mixture.h"

namespace syncgap::theory {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// A mode and the components whose paths it carries.
struct Mode {
  FixedPoint point;
  std::vector<int> members;
};

/// Modes nearer than this share of the noise amplitude are one.
constexpr double kSameMode = 1e-6;

/// A loss of stability this near, relative, is the meeting of modes that was bracketed.
constexpr double kSameEvent = 1e-3;
/// Between levels the noise grows by at most this.
constexpr double kRatio = 1.02;
/// Levels this near to a decision, relative, are at it.
constexpr double kSameNoise = 1e-12;

bool same_place(const VectorXd& a, const VectorXd& b, double noise) {
  return (a - b).norm() <= kSameMode * std::sqrt(noise);
}

void insert_members(std::vector<int>& into, const std::vector<int>& more) {
  into.insert(into.end(), more.begin(), more.end());
  std::sort(into.begin(), into.end());
}

class PathFollower {
 public:
  explicit PathFollower(const DataMixture& data) : data_(data) {}

  const std::vector<Mode>& modes() const { return modes_; }
  std::vector<Branching> take_branchings() { return std::move(branchings_); }

  /// Starts at weak noise: components that already share a mode are one path without an event.
  void start(double noise) {
    noise_ = noise;
    const NoisedMixture noised(data_, noise);
    for (Index k = 0; k < data_.count(); ++k) {
      FixedPoint top = climb(noised, data_.means().col(k));
      auto known = std::find_if(modes_.begin(), modes_.end(), [&](const Mode& mode) {
        return same_place(mode.point.position, top.position, noise);
      });
      if (known == modes_.end())
        modes_.push_back({std::move(top), {static_cast<int>(k)}});
      else
        known->members.push_back(static_cast<int>(k));
    }
  }

  void advance_to(double noise) {
    while (noise_ * kRatio < noise) step_to(noise_ * kRatio);
    if (noise_ < noise) step_to(noise);
  }

 private:
  /// Moves every mode uphill to the higher noise; where modes met, halves the step until the
  /// meeting is bracketed.
  void step_to(double noise) {
    const NoisedMixture noised(data_, noise);
    std::vector<FixedPoint> tops;
    for (const Mode& mode : modes_) tops.push_back(climb(noised, mode.point.position));
    std::vector<std::vector<std::size_t>> groups;  // of modes that are one now
    for (std::size_t i = 0; i < tops.size(); ++i) {
      auto known = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
        return same_place(tops[group.front()].position, tops[i].position, noise);
      });
      if (known == groups.end())
        groups.push_back({i});
      else
        known->push_back(i);
    }
    if (groups.size() < modes_.size() && noise / noise_ - 1.0 > kBranchingBracket) {
      const double middle = std::sqrt(noise_ * noise);
      step_to(middle);
      step_to(noise);
      return;
    }
    std::vector<Mode> next;
    for (const auto& group : groups) {
      const FixedPoint& top = tops[group.front()];
      if (group.size() > 1) branchings_.push_back(branching(group, top, noise));
      Mode mode{top, {}};
      for (const std::size_t i : group) insert_members(mode.members, modes_[i].members);
      next.push_back(std::move(mode));
    }
    modes_ = std::move(next);
    noise_ = noise;
  }

  /// What happened between noise_ and `noise` to modes that ended in `top`.
  Branching branching(const std::vector<std::size_t>& group, const FixedPoint& top,
                      double noise) const {
    Branching event;
    event.noise = std::sqrt(noise_ * noise);
    event.position = top.position;
    for (const std::size_t i : group) event.branches.push_back(modes_[i].members);
    // The fixed point they ended in, followed back smoothly, loses its stability there (pitchfork),
    // or is a mode that was there before (fold of the others). What it is at noise_ itself cannot
    // tell: the event may lie there to the last bit.
    const auto change = find_stability_change(data_, event.noise, noise, top.position);
    if (change && std::abs(change->noise / event.noise - 1.0) < kSameEvent) {
      event.kind = BranchingKind::continuous;
      event.noise = change->noise;
      event.position = change->position;
      return event;
    }
    const auto before =
        nearby_fixed_point(NoisedMixture(data_, noise_), top.position, 0.1 * std::sqrt(noise_));
    double latest = 0.0;
    for (const std::size_t i : group) {
      const FixedPoint& mode = modes_[i].point;
      if (before && same_place(mode.position, before->position, noise_)) continue;
      const auto fold = find_fold(data_, noise_, mode.position);
      if (!fold || std::abs(fold->noise / event.noise - 1.0) > 1e-2) return event;
      if (fold->noise > latest) {
        latest = fold->noise;
        event.position = fold->position;
      }
    }
    if (latest > 0.0) {
      event.kind = BranchingKind::jump;
      event.noise = latest;
    }
    return event;
  }

  const DataMixture& data_;
  double noise_ = 0.0;
  std::vector<Mode> modes_;
  std::vector<Branching> branchings_;
};

/// Makes the paths of `event` one on a level at which they meet: there the climb to a mode is
/// without end, and leaves them apart.
void unite(const Branching& event, Eigen::MatrixXd& positions, VectorXd& stability,
           std::vector<int>& mode_of) {
  const int mode = mode_of[event.branches.front().front()];
  for (const auto& branch : event.branches)
    for (const int member : branch) {
      const int other = mode_of[member];
      positions.col(member) = event.position;
      stability[member] = 0.0;
      if (other == mode) continue;
      for (int& each : mode_of)
        if (each == other) each = mode;
    }
  // Numbers without gaps.
  std::vector<int> kept = mode_of;
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  for (int& each : mode_of)
    each = static_cast<int>(std::lower_bound(kept.begin(), kept.end(), each) - kept.begin());
}

}  // namespace

const Branching* DecisionTree::branching(int first, int second) const {
  auto branch_of = [](const Branching& event, int member) -> int {
    for (std::size_t i = 0; i < event.branches.size(); ++i)
      if (std::binary_search(event.branches[i].begin(), event.branches[i].end(), member))
        return static_cast<int>(i);
    return -1;
  };
  for (const Branching& event : branchings) {
    const int a = branch_of(event, first), b = branch_of(event, second);
    if (a >= 0 && b >= 0 && a != b) return &event;
  }
  return nullptr;
}

double DecisionTree::branching_noise(int first, int second) const {
  if (const Branching* event = branching(first, second)) return event->noise;
  const auto& at_start = mode_of.front();
  const bool always_one = at_start[first] == at_start[second];
  return always_one ? 0.0 : std::numeric_limits<double>::infinity();
}

DecisionTree follow_paths(const DataMixture& data, std::span<const double> levels) {
  SYNCGAP_EXPECTS(!levels.empty() && std::is_sorted(levels.begin(), levels.end()));
  DecisionTree tree;
  PathFollower follower(data);
  follower.start(levels.front());
  for (const double level : levels) {
    follower.advance_to(level);
    Eigen::MatrixXd positions(data.dimension(), data.count());
    VectorXd stability(data.count());
    std::vector<int> mode_of(data.count());
    for (std::size_t i = 0; i < follower.modes().size(); ++i) {
      const Mode& mode = follower.modes()[i];
      for (const int k : mode.members) {
        positions.col(k) = mode.point.position;
        stability[k] = mode.point.stability;
        mode_of[k] = static_cast<int>(i);
      }
    }
    tree.positions.push_back(std::move(positions));
    tree.stability.push_back(std::move(stability));
    tree.mode_of.push_back(std::move(mode_of));
  }
  // Paths that meet at the last level itself are seen to only above it.
  follower.advance_to(levels.back() * kRatio);
  for (const Branching& event : follower.take_branchings())
    if (event.noise <= levels.back() * (1.0 + kSameNoise)) tree.branchings.push_back(event);
  std::stable_sort(tree.branchings.begin(), tree.branchings.end(),
                   [](const Branching& a, const Branching& b) { return a.noise < b.noise; });
  for (std::size_t i = 0; i < levels.size(); ++i)
    for (const Branching& event : tree.branchings)
      if (event.kind == BranchingKind::continuous &&
          std::abs(event.noise / levels[i] - 1.0) <= kSameNoise)
        unite(event, tree.positions[i], tree.stability[i], tree.mode_of[i]);
  return tree;
}

}  // namespace syncgap::theory
