#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "experiments/information_dynamics/work.h"
#include "experiments/shared/axis_values.h"
#include "theory/decision_tree.h"
#include "theory/fixed_points.h"
#include "theory/peaks.h"

namespace syncgap::experiments {

using theory::DataMixture;
using theory::NoisedMixture;

void InformationDynamics::write_paths(const DataMixture& data, Results& results) const {
  std::vector<double> levels;
  for (std::size_t i = 0; i < noise_.size(); ++i) levels.push_back(reduced_noise(i));
  const theory::DecisionTree tree = theory::follow_paths(data, levels);
  const auto centre = theory::find_central_bifurcation(data, levels.front());
  if (centre) {
    results.cells("centre_noise").set(std::sqrt(centre->noise));
    for (std::size_t p = 0; p < processes_.size(); ++p)
      results.cells("centre_time").set(processes_[p].time_of(centre->noise), p);
  }

  const auto count = static_cast<int>(data.count());
  std::optional<theory::FixedPoint> middle;  // the central mode, followed down while it is one
  std::vector<bool> middle_alone(levels.size(), false);
  for (std::size_t i = levels.size(); i-- > 0;) {
    if (!centre || levels[i] <= centre->noise) break;
    middle = theory::climb(NoisedMixture(data, levels[i]),
                           middle ? middle->position : Eigen::VectorXd(data.mean()));
    const Eigen::MatrixXd& paths = tree.positions[i];
    const double nearest = (paths.colwise() - middle->position).colwise().norm().minCoeff();
    middle_alone[i] = nearest > 1e-5 * noise_[i];
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto& mode_of = tree.mode_of[i];
    const int modes = *std::max_element(mode_of.begin(), mode_of.end()) + 1;
    results.cells("mode_count").set(modes + (middle_alone[i] ? 1 : 0), i);
    for (int k = 0; k < count; ++k) {
      results.cells("stability").set(tree.stability[i][k], i, k);
      for (std::int64_t d = 0; d < std::min<std::int64_t>(data.dimension(), coordinates_); ++d)
        results.cells("fixed_point").set(tree.positions[i](d, k), i, k, d);
    }
  }
  for (int a = 0; a < count; ++a) {
    for (int b = 0; b < count; ++b) {
      const theory::Branching* event = tree.branching(a, b);
      const double noise = tree.branching_noise(a, b);
      const bool known = std::isfinite(noise);
      if (known) results.cells("branching_noise").set(std::sqrt(noise), a, b);
      if (event && event->kind != theory::BranchingKind::unresolved)
        results.cells("branching_jump")
            .set(event->kind == theory::BranchingKind::jump ? 1.0 : 0.0, a, b);
      for (std::size_t p = 0; known && p < processes_.size(); ++p)
        results.cells("branching_time").set(processes_[p].time_of(noise), p, a, b);
    }
  }
}

void InformationDynamics::write_line(const DataMixture& data, Results& results) const {
  const bool has_room = 2 * data.count() - 1 <= roots_;
  Eigen::VectorXd x(1);
  for (std::size_t i = 0; i < noise_.size(); ++i) {
    const NoisedMixture noised(data, reduced_noise(i));
    if (has_room) {
      const auto found = theory::line_fixed_points(noised);
      for (std::size_t j = 0; j < std::min<std::size_t>(found.size(), roots_); ++j) {
        results.cells("line_fixed_point").set(found[j].position[0], i, j);
        results.cells("line_stability").set(found[j].stability, i, j);
      }
    }
    for (std::size_t j = 0; j < positions_.size(); ++j) {
      x[0] = positions_[j];
      results.cells("log_density").set(noised.log_density(x), i, j);
    }
  }
}

void InformationDynamics::write_peaks(const DataMixture& data, Results& results) const {
  if (!theory::exact_information(data, 1.0, theory::EntropyParts::label_only)) return;
  // Curves over log(sigma / alpha); a maximum in t is one there.
  constexpr int kPoints = 80;
  const double first = std::log(noise_.front()), last = std::log(noise_.back());
  std::vector<double> grid(kPoints);
  for (int i = 0; i < kPoints; ++i) grid[i] = first + (last - first) * i / (kPoints - 1.0);
  const auto log_rate = [&](double log_noise) {
    const double s = std::exp(2.0 * log_noise);
    const auto found = theory::exact_information(data, s, theory::EntropyParts::label_only);
    return log_rates(*found, data.dimension(), s).denoising;
  };
  const auto variance = [&](double log_noise) {
    return theory::exact_information(data, std::exp(2.0 * log_noise))->entropy_variance;
  };
  const auto write = [&](const std::vector<theory::Peak>& found, auto put) {
    for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), peaks_); ++i)
      put(i, std::exp(found[i].position));
  };
  write(theory::local_maxima(log_rate, grid),
        [&](std::size_t i, double noise) { results.cells("log_rate_peak_noise").set(noise, i); });
  write(theory::local_maxima(variance, grid), [&](std::size_t i, double noise) {
    results.cells("variance_peak_noise").set(noise, i);
    for (std::size_t p = 0; p < processes_.size(); ++p)
      results.cells("variance_peak_time").set(processes_[p].time_of(noise * noise), p, i);
  });
  for (std::size_t p = 0; p < processes_.size(); ++p) {
    const auto rate = [&](double log_noise) {
      const double s = std::exp(2.0 * log_noise);
      return log_rate(log_noise) * processes_[p].reduced_noise_rate(processes_[p].time_of(s)) / s;
    };
    write(theory::local_maxima(rate, grid), [&](std::size_t i, double noise) {
      results.cells("rate_peak_time").set(processes_[p].time_of(noise * noise), p, i);
    });
  }
}

}  // namespace syncgap::experiments
