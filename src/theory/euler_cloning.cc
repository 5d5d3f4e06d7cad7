#include "theory/euler_cloning.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "core/check.h"

namespace syncgap::theory {
namespace {

/// Beyond this many widths Gaussians are left out, 1e-14 of their mass.
constexpr double kReach = 7.8;
/// Beyond this many widths the law of p is left out: it only needs to be found, not known.
constexpr double kSupport = 11.0;

/// Weights of a normal distribution of fixed width on grid points: exp(-(j dx - offset)^2 / 2 s^2)
/// by running products, two exponentials for all of them.
class GridKernel {
 public:
  GridKernel(double width, double spacing)
      : spacing_(spacing), inverse_variance_(1.0 / (width * width)) {
    const int reach = static_cast<int>(std::ceil(kReach * width / spacing));
    for (int j = 0; j <= reach; ++j) {
      const double z = j * spacing / width;
      table_.push_back(std::exp(-0.5 * z * z) * spacing /
                       (width * std::sqrt(2.0 * std::numbers::pi)));
    }
  }
  int reach() const { return static_cast<int>(table_.size()) - 1; }

  /// weights[reach + j] for a mean `offset` away from the central grid point.
  void weigh(double offset, std::span<double> weights) const {
    const double centre = std::exp(-0.5 * offset * offset * inverse_variance_);
    const double ratio = std::exp(offset * spacing_ * inverse_variance_);
    const auto middle = static_cast<std::size_t>(reach());
    double up = centre, down = centre;
    weights[middle] = centre * table_[0];
    for (std::size_t j = 1; j < table_.size(); ++j) {
      up *= ratio;
      down /= ratio;
      weights[middle + j] = up * table_[j];
      weights[middle - j] = down * table_[j];
    }
  }

 private:
  double spacing_, inverse_variance_;
  std::vector<double> table_;
};

/// The chain on grid points i dx, |i| <= extent.
class Chain {
 public:
  Chain(const TwoClusters& clusters, const ReverseTimes& times)
      : clusters_(clusters),
        times_(times),
        width_(std::sqrt(2.0 * times.step_length())),
        spacing_(choose_spacing()),
        kernel_(width_, spacing_),
        weights_(2 * static_cast<std::size_t>(kernel_.reach()) + 1) {
    const double farthest = clusters.projection_mean(0.0) + kSupport * widest();
    extent_ = static_cast<int>(std::ceil(farthest / spacing_)) + 2 * kernel_.reach();
  }

  std::size_t size() const { return 2 * static_cast<std::size_t>(extent_) + 1; }
  int extent() const { return extent_; }
  double point(int i) const { return i * spacing_; }
  std::size_t slot(int i) const { return static_cast<std::size_t>(i + extent_); }
  double spacing() const { return spacing_; }

  /// Grid points that can matter at `step`: |i| in [first, last].
  struct Support {
    int first, last;
  };
  Support support(int step) const {
    const double mean = clusters_.projection_mean(times_.time(step));
    const double from = std::max(0.0, mean - kSupport * widest());
    return {static_cast<int>(from / spacing_),
            std::min(extent_, static_cast<int>((mean + kSupport * widest()) / spacing_))};
  }
  template <class Visit>
  void over_support(int step, Visit visit) const {
    const Support s = support(step);
    for (int i = -s.last; i <= -std::max(1, s.first); ++i) visit(i);
    for (int i = s.first; i <= s.last; ++i) visit(i);
  }

  /// Calls use(j, weight) with the probabilities of the grid points after `step`, from point i.
  template <class Use>
  void transitions(const ReverseStep& c, int i, Use use) {
    const double mean = c.decay * point(i) + c.pull * std::tanh(c.slope * point(i));
    const int centre = static_cast<int>(std::lround(mean / spacing_));
    kernel_.weigh(mean - point(centre), weights_);
    const int from = std::max(-extent_, centre - kernel_.reach());
    const int to = std::min(extent_, centre + kernel_.reach());
    for (int j = from; j <= to; ++j)
      use(slot(j), weights_[static_cast<std::size_t>(j - centre + kernel_.reach())]);
  }

  /// Expected sign of the end, given point i before the last step.
  double expected_sign(const ReverseStep& last, int i) const {
    const double mean = last.decay * point(i) + last.pull * std::tanh(last.slope * point(i));
    return std::erf(mean / (width_ * std::numbers::sqrt2));
  }

 private:
  double widest() const { return std::max(1.0, clusters_.standard_deviation); }

  /// Fine enough for the steepest step among those the law of p still spans p = 0, and for the
  /// class posterior at the end if the clusters overlap.
  double choose_spacing() const {
    constexpr double apart = 7.7;  // signal at which the density at p = 0 is 1e-13 of its peak
    double steepest = 1.0;
    for (int step = 0; step < times_.steps; ++step) {
      const double t = times_.time(step);
      if (clusters_.signal(t) > apart) break;
      const ReverseStep c = reverse_step(clusters_, t, times_.step_length());
      steepest = std::max(steepest, c.decay + c.pull * c.slope);
    }
    double spacing = width_ / (1.35 * std::hypot(1.0, steepest));
    if (clusters_.signal(0.0) < apart && clusters_.separation() > 0.0)
      spacing = std::min(spacing, 0.4 * clusters_.data_variance() / clusters_.separation());
    return spacing;
  }

  TwoClusters clusters_;
  ReverseTimes times_;
  double width_, spacing_;
  GridKernel kernel_;
  std::vector<double> weights_;
  int extent_ = 0;
};

}  // namespace

std::vector<CloneDisagreement> euler_disagreement(const TwoClusters& clusters,
                                                  const ReverseTimes& times,
                                                  std::span<const int> branch_steps) {
  SYNCGAP_EXPECTS(std::is_sorted(branch_steps.begin(), branch_steps.end()));
  Chain chain(clusters, times);
  std::vector<CloneDisagreement> found(branch_steps.size());
  auto coefficients = [&](int step) {
    return reverse_step(clusters, times.time(step), times.step_length());
  };

  // Forwards: the law of p at every branch.
  std::vector<std::vector<double>> laws;
  std::vector<double> law(chain.size()), next(chain.size());
  chain.over_support(0, [&](int i) {
    const double p = chain.point(i);
    law[chain.slot(i)] =
        chain.spacing() * std::exp(-0.5 * p * p) / std::sqrt(2.0 * std::numbers::pi);
  });
  for (int step = 0; step <= times.steps && laws.size() < branch_steps.size(); ++step) {
    while (laws.size() < branch_steps.size() && branch_steps[laws.size()] == step)
      laws.push_back(law);
    if (step == times.steps) break;
    std::fill(next.begin(), next.end(), 0.0);
    const ReverseStep c = coefficients(step);
    chain.over_support(step, [&](int i) {
      const double mass = law[chain.slot(i)];
      if (mass > 1e-25)
        chain.transitions(c, i, [&](std::size_t j, double w) { next[j] += mass * w; });
    });
    law.swap(next);
  }

  // Backwards: the expected class of the end from every point, +-1.
  const double sharpness = clusters.separation() / clusters.data_variance();
  auto disagree = [&](const std::vector<double>& at, const std::vector<double>& expected_class) {
    double sum = 0.0;
    for (std::size_t s = 0; s < at.size(); ++s)
      sum += at[s] * 0.5 * (1.0 - expected_class[s]) * (1.0 + expected_class[s]);
    return sum;
  };
  std::vector<double> side(chain.size()), sign, label(chain.size()), sign_before, label_before;
  for (int i = -chain.extent(); i <= chain.extent(); ++i) {
    label[chain.slot(i)] = std::tanh(sharpness * chain.point(i));
    side[chain.slot(i)] = i > 0 ? 1.0 : i < 0 ? -1.0 : 0.0;
  }
  sign = side;
  std::size_t branch = branch_steps.size();
  for (int step = times.steps; branch > 0; --step) {
    // Where the law does not reach, the side of p = 0 decides.
    sign_before = label_before = side;
    if (step < times.steps) {
      const ReverseStep c = coefficients(step);
      chain.over_support(step, [&](int i) {
        double expected_sign = 0.0, expected_label = 0.0;
        chain.transitions(c, i, [&](std::size_t j, double w) {
          expected_sign += w * sign[j];
          expected_label += w * label[j];
        });
        const bool last = step == times.steps - 1;
        sign_before[chain.slot(i)] = last ? chain.expected_sign(c, i) : expected_sign;
        label_before[chain.slot(i)] = expected_label;
      });
      sign.swap(sign_before);
      label.swap(label_before);
    }
    for (; branch > 0 && branch_steps[branch - 1] == step; --branch) {
      found[branch - 1].label = disagree(laws[branch - 1], label);
      // Clones that branch at the very end are one point, whose sign agrees with itself.
      found[branch - 1].sign = step == times.steps ? 0.0 : disagree(laws[branch - 1], sign);
    }
  }
  return found;
}

}  // namespace syncgap::theory
