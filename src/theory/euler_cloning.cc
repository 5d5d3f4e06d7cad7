#include "theory/euler_cloning.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::theory {
namespace {

/// Beyond this many widths a transition is left out, 1e-14 of its mass.
constexpr double kReach = 7.8;
/// Beyond this many widths the law of p is left out.
constexpr double kSupport = 9.0;
/// At this signal the clusters are e^{-43} apart: every path has its class for good.
constexpr double kDecided = 9.3;

/// Probabilities of grid points under a normal law of fixed width around a mean `offset` from the
/// middle one: exp(-(j dx - offset)^2 / 2 s^2) as a table of exp(-(j dx)^2 / 2 s^2) times powers.
class GridKernel {
 public:
  GridKernel(double width, double spacing)
      : spacing_(spacing), inverse_variance_(1.0 / (width * width)) {
    const auto reach = static_cast<std::size_t>(std::ceil(kReach * width / spacing));
    for (std::size_t j = 0; j <= reach; ++j) {
      const double z = to_real(j) * spacing / width;
      table_.push_back(std::exp(-0.5 * z * z) * spacing /
                       (width * std::sqrt(2.0 * std::numbers::pi)));
    }
    up_.resize(table_.size());
    down_.resize(table_.size());
    weights_.resize(2 * reach + 1);
  }
  int reach() const { return static_cast<int>(table_.size()) - 1; }

  /// weights[reach + j], valid until the next call.
  std::span<const double> weigh(double offset) {
    const double centre = std::exp(-0.5 * offset * offset * inverse_variance_);
    const double ratio = std::exp(offset * spacing_ * inverse_variance_);
    fill_powers(centre, ratio, up_);
    fill_powers(centre, 1.0 / ratio, down_);
    const std::size_t middle = table_.size() - 1;
    for (std::size_t j = 0; j <= middle; ++j) {
      weights_[middle + j] = up_[j] * table_[j];
      weights_[middle - j] = down_[j] * table_[j];
    }
    return weights_;
  }

 private:
  /// first, first ratio, first ratio^2, ... by doubling the part that is filled.
  static void fill_powers(double first, double ratio, std::vector<double>& powers) {
    powers[0] = first;
    for (std::size_t filled = 1; filled < powers.size(); filled *= 2, ratio *= ratio)
      for (std::size_t k = 0; k < std::min(filled, powers.size() - filled); ++k)
        powers[filled + k] = powers[k] * ratio;
  }

  double spacing_, inverse_variance_;
  std::vector<double> table_, up_, down_, weights_;
};

/// The chain on grid points i dx of the half axis; the other half is its mirror image. A law holds
/// the mass of a point and its image together, a class the expectation at the point: minus that at
/// the image.
class Chain {
 public:
  Chain(const TwoClusters& clusters, const ReverseTimes& times)
      : clusters_(clusters),
        times_(times),
        width_(std::sqrt(2.0 * times.step_length())),
        spacing_(choose_spacing()),
        kernel_(width_, spacing_) {
    while (last_step_ < times.steps && clusters.signal(times.time(last_step_)) < kDecided)
      ++last_step_;
    const double farthest = clusters.projection_mean(times.time(last_step_));
    size_ = static_cast<int>((farthest + kSupport * widest()) / spacing_) + 2 * kernel_.reach();
  }

  /// Nothing is undecided at this step and later.
  int last_step() const { return last_step_; }
  std::size_t size() const { return size_; }
  double point(std::size_t i) const { return to_real(i) * spacing_; }

  std::vector<double> starting_law() const {
    std::vector<double> law(size());
    for (std::size_t i = 0; i < size(); ++i)
      law[i] = std::exp(-0.5 * point(i) * point(i)) * spacing_ *
               std::sqrt((i == 0 ? 0.5 : 2.0) / std::numbers::pi);
    return law;
  }

  std::vector<double> law_after(int step, const std::vector<double>& law) {
    std::vector<double> next(size());
    over_support(step, [&](std::size_t i, double mean) {
      if (law[i] < 1e-25) return;
      const auto [first, weights] = transition(mean);
      const int images = std::min(static_cast<int>(weights.size()), std::max(0, -first));
      for (int j = 0; j < images; ++j) next[-first - j] += law[i] * weights[j];
      for (int j = images; j < static_cast<int>(weights.size()) && first + j < size_; ++j)
        next[first + j] += law[i] * weights[j];
    });
    return next;
  }

  /// Expected class before `step`, given that after it; where the law does not reach it is +1.
  std::vector<double> class_before(int step, const std::vector<double>& after) {
    std::vector<double> before(size(), 1.0);
    over_support(step, [&](std::size_t i, double mean) {
      const auto [first, weights] = transition(mean);
      const int images = std::min(static_cast<int>(weights.size()), std::max(0, -first));
      double sum = 0.0;
      for (int j = 0; j < images; ++j) sum -= weights[j] * after[-first - j];
      for (int j = images; j < static_cast<int>(weights.size()) && first + j < size_; ++j)
        sum += weights[j] * after[first + j];
      before[i] = std::clamp(sum, -1.0, 1.0);  // the weights add up to 1 but for rounding
    });
    return before;
  }

  /// Expected sign of the end before the last step, where the class jumps between grid points.
  std::vector<double> sign_before_end() {
    std::vector<double> before(size(), 1.0);
    over_support(times_.steps - 1, [&](std::size_t i, double mean) {
      before[i] = std::erf(mean / (width_ * std::numbers::sqrt2));
    });
    return before;
  }

 private:
  double widest() const { return std::max(1.0, clusters_.standard_deviation); }

  /// Calls visit(i, mean after the step) for the grid points that can matter at `step`.
  template <class Visit>
  void over_support(int step, Visit visit) {
    const EulerStep c = euler_step(clusters_, times_.time(step), times_.step_length());
    const double centre = clusters_.projection_mean(times_.time(step));
    const double from = std::max(0.0, centre - kSupport * widest());
    const double to = centre + kSupport * widest();
    for (auto i = static_cast<std::size_t>(from / spacing_); i < size() && point(i) <= to; ++i)
      visit(i, c.decay * point(i) + c.pull * std::tanh(c.slope * point(i)));
  }

  /// Grid points reached from `mean`: the first one, which may lie in the other half, and the
  /// probabilities from there on.
  struct Reached {
    int first;
    std::span<const double> weights;
  };
  Reached transition(double mean) {
    const int middle = static_cast<int>(std::lround(mean / spacing_));
    return {middle - kernel_.reach(), kernel_.weigh(mean - middle * spacing_)};
  }

  /// Fine enough for the steepest step among those the law of p still spans p = 0, and for the
  /// class posterior at the end if the clusters overlap.
  double choose_spacing() const {
    constexpr double apart = 7.7;  // signal at which the density at p = 0 is 1e-13 of its peak
    double steepest = 1.0;
    for (int step = 0; step < times_.steps; ++step) {
      const double t = times_.time(step);
      if (clusters_.signal(t) > apart) break;
      const EulerStep c = euler_step(clusters_, t, times_.step_length());
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
  int last_step_ = 0;
  int size_ = 0;
};

/// Probability that two draws of a +-1 class with this expectation differ, over the law.
double disagreement(const std::vector<double>& law, const std::vector<double>& expected_class) {
  double sum = 0.0;
  for (std::size_t i = 0; i < law.size(); ++i)
    sum += law[i] * 0.5 * (1.0 - expected_class[i]) * (1.0 + expected_class[i]);
  return sum;
}

}  // namespace

std::vector<CloneDisagreement> euler_disagreement(const TwoClusters& clusters,
                                                  const ReverseTimes& times,
                                                  std::span<const int> branch_steps) {
  SYNCGAP_EXPECTS(std::is_sorted(branch_steps.begin(), branch_steps.end()));
  Chain chain(clusters, times);
  std::vector<CloneDisagreement> found(branch_steps.size());

  // Forwards: the law of p at every branch that is not decided yet.
  std::vector<std::vector<double>> laws;
  std::vector<double> law = chain.starting_law();
  for (int step = 0; step <= chain.last_step() && laws.size() < branch_steps.size(); ++step) {
    if (step > 0) law = chain.law_after(step - 1, law);
    while (laws.size() < branch_steps.size() && branch_steps[laws.size()] == step)
      laws.push_back(law);
  }

  // Backwards: the expected class of the end, from every point.
  const bool to_the_end = chain.last_step() == times.steps;
  std::vector<double> sign(chain.size(), 1.0), label(chain.size());
  sign[0] = 0.0;
  for (std::size_t i = 0; i < chain.size(); ++i)
    label[i] = to_the_end
                   ? std::tanh(clusters.separation() / clusters.data_variance() * chain.point(i))
                   : sign[i];
  std::size_t branch = laws.size();
  for (int step = chain.last_step(); branch > 0; --step) {
    if (step < chain.last_step()) {
      sign = step == times.steps - 1 ? chain.sign_before_end() : chain.class_before(step, sign);
      label = chain.class_before(step, label);
    }
    for (; branch > 0 && branch_steps[branch - 1] == step; --branch) {
      found[branch - 1].label = disagreement(laws[branch - 1], label);
      // Clones that branch at the very end are one point, whose sign agrees with itself.
      found[branch - 1].sign = step == times.steps ? 0.0 : disagreement(laws[branch - 1], sign);
    }
  }
  return found;
}

}  // namespace syncgap::theory
