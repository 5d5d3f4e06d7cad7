#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "core/numbers.h"
#include "experiments/attention_response/estimates.h"
#include "experiments/attention_response/state_gains.h"
#include "observables/estimate.h"
#include "theory/modewise_speciation.h"

// Shapes as in response_data.h.
namespace syncgap::experiments {
namespace {

constexpr double kNoLogarithm = std::numeric_limits<double>::quiet_NaN();
constexpr double kNoBound = std::numeric_limits<double>::infinity();
using Modes = std::vector<std::vector<double>>;

/// The median of an odd count; of an even one the larger of the two in the middle.
double upper_median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Gains of one kind of states.
class Gains {
 public:
  Gains(const AttentionResponsePlan& plan, const ResponseData& data)
      : plan_(plan), data_(data), of_(data) {}

  void store_parts(std::int64_t kind, const Modes& variances, Results& results) const {
    // Sums have errors of their own: parts of one state belong together.
    using Parts = std::vector<const std::vector<double>*>;
    const std::pair<const char*, Parts> sums[] = {
        {"routing", {&data_.routing}},
        {"query", {&data_.query}},
        {"key", {&data_.key}},
        {"perceptron", {&data_.perceptron}},
        {"pattern", {&data_.query, &data_.key}},
        {"partner", {&data_.routing, &data_.key}},
        {"uncoupled", {&data_.routing, &data_.query, &data_.key, &data_.perceptron}}};
    std::vector<double> sample(unsigned_size(data_.states));
    for (const auto& [name, parts] : sums) {
      auto modes = results.cells(name), bands = results.cells("band_" + std::string(name));
      for (std::int64_t s = 0; s < data_.steps; ++s)
        for (std::int64_t block = 0; block < data_.blocks; ++block)
          for (std::int64_t k = 0; k < data_.modes + data_.bands; ++k) {
            for (std::int64_t state = 0; state < data_.states; ++state) {
              double sum = 0;
              for (const auto* part : parts)
                sum += (*part)[unsigned_size(of_.at(state, s, block, k))];
              sample[unsigned_size(state)] = sum;
            }
            if (k >= data_.modes)
              bands.set(observables::estimate_mean(sample), kind, s, block, k - data_.modes);
            else if (variances[unsigned_size(block)][unsigned_size(k)] > 0)
              modes.set(observables::estimate_mean(sample), kind, s, block, k);
            else
              modes.none(kind, s, block, k);
          }
    }
  }

  /// chi of the lowest band less that of the highest: both are of the same states.
  void store_preference(std::int64_t kind, Results& results) const {
    auto cells = results.cells("routing_preference");
    std::vector<double> sample(unsigned_size(data_.states));
    for (std::int64_t s = 0; s < data_.steps; ++s)
      for (std::int64_t block = 0; block < data_.blocks; ++block) {
        for (std::int64_t state = 0; state < data_.states; ++state) {
          const auto chi = [&](std::int64_t band) {
            return data_.routing[unsigned_size(of_.at(state, s, block, data_.modes + band))];
          };
          sample[unsigned_size(state)] = chi(0) - chi(data_.bands - 1);
        }
        cells.set(observables::estimate_mean(sample), kind, s, block);
      }
  }

  void store_gains(const Modes& variances, Results& results) const {
    auto gains = results.cells("gain"), crosses = results.cells("cross_gain"),
         wholes = results.cells("whole_gain");
    for (std::int64_t g = 0; g < std::ssize(plan_.couplings()); ++g) {
      const double rho = theory::routing_share(plan_.couplings()[unsigned_size(g)]);
      for (std::int64_t k = 0; k < data_.modes; ++k) {
        store_products(g, k, rho, variances, results);
        store_propagated(g, k, variances, results);
        for (std::int64_t s = 0; s < data_.steps; ++s)
          for (std::int64_t block = 0; block < data_.blocks; ++block) {
            if (!(variances[unsigned_size(block)][unsigned_size(k)] > 0)) {
              for (auto* cells : {&gains, &crosses, &wholes}) cells->none(g, s, block, k);
              continue;
            }
            std::vector<double> sample, left_out;
            for (std::int64_t state = 0; state < data_.states; ++state)
              sample.push_back(of_.gain(state, s, block, k, rho));
            for (std::int64_t state = 0; state < data_.whole; ++state)
              left_out.push_back(of_.cross_gain(state, s, block, k, rho));
            const auto parts = observables::estimate_mean(sample);
            const auto cross = observables::estimate_mean(left_out);
            gains.set(parts, g, s, block, k);
            crosses.set(cross, g, s, block, k);
            wholes.set(
                Estimate{parts.value + cross.value,
                         std::hypot(parts.standard_error, cross.standard_error), cross.count},
                g, s, block, k);
          }
      }
    }
  }

 private:
  static bool has_all(const Modes& variances, std::int64_t k) {
    return std::all_of(variances.begin(), variances.end(),
                       [&](const auto& of_block) { return of_block[unsigned_size(k)] > 0; });
  }

  /// G, a block at a time, of every state by itself.
  void store_products(std::int64_t g, std::int64_t k, double rho, const Modes& variances,
                      Results& results) const {
    auto cells = results.cells("product_gain");
    std::vector<double> logs(unsigned_size(data_.states), 0.0);
    for (std::int64_t s = 0; s < data_.steps; ++s)
      for (std::int64_t block = 0; block < data_.blocks; ++block) {
        if (!has_all(variances, k)) {
          cells.none(g, s, block, k);
          continue;
        }
        // A gain of exactly 0 ends a product: there is no logarithm from there on.
        const bool finite =
            std::all_of(logs.begin(), logs.end(), [](double x) { return std::isfinite(x); });
        cells.set_or_none(
            finite ? observables::estimate_mean(logs) : Estimate{kNoLogarithm, kNoLogarithm, 0}, g,
            s, block, k);
        for (std::int64_t state = 0; state < data_.states; ++state)
          logs[unsigned_size(state)] += std::log10(std::abs(of_.gain(state, s, block, k, rho)));
      }
  }

  void store_propagated(std::int64_t g, std::int64_t k, const Modes& variances,
                        Results& results) const {
    auto cells = results.cells("propagated_gain");
    const auto squares = [&](std::int64_t s, std::int64_t block) {
      std::vector<double> out;
      for (std::int64_t state = 0; state < data_.whole; ++state)
        out.push_back(of_.propagated(g, state, s, block, k));
      return out;
    };
    const auto first = squares(0, 0);
    for (std::int64_t s = 0; s < data_.steps; ++s)
      for (std::int64_t block = 0; block < data_.blocks; ++block)
        if (has_all(variances, k))
          cells.set_or_none(log10_of_root(observables::estimate_ratio(squares(s, block), first)), g,
                            s, block, k);
        else
          cells.none(g, s, block, k);
  }

  const AttentionResponsePlan& plan_;
  const ResponseData& data_;
  StateGains of_;
};

}  // namespace

Estimate log10_of_root(const Estimate& ratio) {
  if (!(ratio.value > 0)) return {kNoLogarithm, kNoLogarithm, 0};
  return {0.5 * std::log10(ratio.value),
          0.5 * ratio.standard_error / (ratio.value * std::log(10.0)), ratio.count};
}

void store_gains(const AttentionResponsePlan& plan, const ResponseData& symmetric,
                 const std::optional<ResponseData>& at_means, const Modes& variances,
                 Results& results) {
  const Gains gains(plan, symmetric);
  gains.store_parts(0, variances, results);
  gains.store_preference(0, results);
  if (at_means) {
    const Gains means(plan, *at_means);
    means.store_parts(1, variances, results);
    means.store_preference(1, results);
  }
  gains.store_gains(variances, results);
  auto cells = results.cells("mode_variance");
  for (std::int64_t block = 0; block < symmetric.blocks; ++block)
    cells.assign(std::span<const double>(variances[unsigned_size(block)]), block);
}

void store_heads(const AttentionResponsePlan& plan, const ResponseData& data, Results& results) {
  const std::int64_t steps = std::ssize(plan.head_steps());
  const std::int64_t heads = plan.replicas().shape().heads;
  const auto mean_of = [&](const std::vector<double>& values, std::int64_t place) {
    double sum = 0;
    for (std::int64_t state = 0; state < data.states; ++state)
      sum += values[unsigned_size(state * steps * data.blocks * heads + place)];
    return sum / to_real(data.states);
  };
  auto least = results.cells("least_width"), median = results.cells("median_width");
  auto expansion = results.cells("expansion"), share = results.cells("pattern_share");
  auto bound = results.cells("pattern_bound"), promised = results.cells("bound_share");
  for (std::int64_t step = 0; step < steps; ++step)
    for (std::int64_t block = 0; block < data.blocks; ++block)
      for (std::int64_t head = 0; head < heads; ++head) {
        const std::int64_t place = (step * data.blocks + block) * heads + head;
        least.set(mean_of(data.least_width, place), step, block, head);
        median.set(mean_of(data.median_width, place), step, block, head);
        expansion.set(mean_of(data.expansion, place), step, block, head);
        for (std::int64_t band = 0; band < data.bands; ++band) {
          std::vector<double> shares, bounds;
          std::int64_t promises = 0;
          for (std::int64_t state = 0; state < data.states; ++state) {
            const auto i =
                unsigned_size((state * steps * data.blocks * heads + place) * data.bands + band);
            shares.push_back(data.pattern_share[i]);
            promises += !std::isnan(data.bound[i]);
            bounds.push_back(std::isnan(data.bound[i]) ? kNoBound : data.bound[i]);
          }
          // A head that routes nothing has no share.
          share.set_or_none(observables::estimate_mean(shares), step, block, head, band);
          promised.set(to_real(promises) / to_real(data.states), step, block, head, band);
          const double middle = upper_median(std::move(bounds));
          if (middle < kNoBound)
            bound.set(middle, step, block, head, band);
          else
            bound.none(step, block, head, band);
        }
      }
}

}  // namespace syncgap::experiments
