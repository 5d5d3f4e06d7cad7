#include "experiments/shared/coupling_reach.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>

#include "core/check.h"
#include "core/numbers.h"
#include "core/whole_number.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {
namespace {

constexpr std::string_view kAll = "all";

/// "0-2,4" of the numbers from `first` on: 1 for those named, 0 for the others; nothing where the
/// text is no such list or names a number that is not there. (count)
std::optional<std::vector<float>> listed(std::string_view text, std::int64_t first,
                                         std::int64_t count) {
  std::vector<float> named(unsigned_size(count), 0.0F);
  while (true) {
    const auto comma = std::min(text.find(','), text.size());
    const std::string_view item = text.substr(0, comma);
    const auto dash = std::min(item.find('-'), item.size());
    const auto low = whole_number(item.substr(0, dash));
    const auto high = dash == item.size() ? low : whole_number(item.substr(dash + 1));
    if (!low || !high || *low < first || *high < *low || *high >= first + count) return {};
    std::fill(named.begin() + (*low - first), named.begin() + (*high - first) + 1, 1.0F);
    if (comma == text.size()) return named;
    text.remove_prefix(comma + 1);
  }
}

/// "last 5": the number behind the word.
std::optional<std::int64_t> counted(std::string_view text, std::string_view word) {
  if (!text.starts_with(word)) return {};
  return whole_number(text.substr(word.size()));
}

std::vector<float> from_to(std::int64_t begin, std::int64_t end, std::int64_t count) {
  std::vector<float> named(unsigned_size(count), 0.0F);
  std::fill(named.begin() + begin, named.begin() + end, 1.0F);
  return named;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / to_real(std::ssize(values));
}

/// The shape over a trajectory whose forward time is 0 at the clean image and 1 at the noise: of
/// each step the mean over its share. (S)
std::vector<double> shape_factors(CouplingShape shape, const ReplicaOptions& options) {
  ScheduleOptions in_steps = options.coupling;
  if (shape == CouplingShape::piecewise) in_steps.check_pieces();
  const double steps = to_real(options.steps);
  for (double* time : {&in_steps.switch_time, &in_steps.ramp_time}) *time *= steps;
  for (double& time : in_steps.piece_starts) {
    require_input(time < 1,
                  "a schedule's times are shares of the trajectory (experiment.piece_starts, saw ",
                  time, "): give times from 0, the clean image, to 1, the noise");
    time *= steps;
  }
  const auto g = in_steps.schedule(shape, 1);
  std::vector<double> factors;
  for (std::int64_t s = options.steps - 1; s >= 0; --s) {
    // A switch on the border of two steps belongs to one of them, not by a rounding to both.
    constexpr double kDigits = 1e12;
    factors.push_back(std::round(kDigits * g.integral(to_real(s), to_real(s + 1))) / kDigits);
  }
  return factors;
}

}  // namespace

double CouplingReach::share() const {
  const auto of = [](const auto& values) {
    if (values.empty()) return 1.0;
    return to_real(std::count_if(values.begin(), values.end(), [](auto v) { return v > 0; })) /
           to_real(std::ssize(values));
  };
  return of(layers) * of(heads) * of(steps);
}

std::vector<Axis> coupling_reach_axes() {
  constexpr auto split = AxisRole::split;
  using Labels = std::vector<std::string>;
  return {
      {"coupled_layers", split, Labels{"all"},
       "blocks in which replicas see each other: all; thirds early, middle, late; first N, last N; "
       "or numbers such as 3, 1-2, 1,4, counted from 1 as on axis layer of layer_energies"},
      {"coupled_heads", split, Labels{"all"},
       "heads of these blocks in which they do: all, or numbers from 0 such as 0, 1-2, 0,3"},
      {"g_schedule", split, Labels{"constant"},
       "g(t)/g over the reverse steps: constant; late (near the data), early, linear, cosine, "
       "piecewise, their times being shares of the trajectory, 0 at the data; or the steps s, from "
       "0 at the noise, at which coupling acts, such as 0-24"},
  };
}

std::vector<float> named_layers(const std::string& name, std::int64_t depth) {
  if (name == kAll) return from_to(0, depth, depth);
  constexpr std::string_view kThirds[] = {"early", "middle", "late"};
  for (std::int64_t third = 0; third < 3; ++third) {
    if (name != kThirds[third]) continue;
    require_input(depth >= 3,
                  "a network of so few blocks has no thirds (axes.coupled_layers, saw \"", name,
                  "\", experiment.depth = ", depth, "): name blocks, 1 to ", depth);
    return from_to(third * depth / 3, (third + 1) * depth / 3, depth);
  }
  const auto first = counted(name, "first "), last = counted(name, "last ");
  if (const auto count = first ? first : last; count && *count >= 1 && *count <= depth)
    return first ? from_to(0, *count, depth) : from_to(depth - *count, depth, depth);
  const auto found = listed(name, 1, depth);
  require_input(found.has_value(), "there are no such blocks (axes.coupled_layers, saw \"", name,
                "\", the network has ", depth,
                "): give all, early, middle, late, \"first 2\", \"last 2\", or numbers from 1 to ",
                depth, " such as \"", depth, "\", \"1-", std::min<std::int64_t>(2, depth),
                "\" or \"1,", depth, "\"");
  return *found;
}

std::vector<float> named_heads(const std::string& name, std::int64_t heads) {
  if (name == kAll) return from_to(0, heads, heads);
  const auto found = listed(name, 0, heads);
  require_input(found.has_value(), "there are no such heads (axes.coupled_heads, saw \"", name,
                "\", blocks have ", heads, "): give all, or numbers from 0 to ", heads - 1,
                " such as \"0\" or \"0-", heads - 1, "\"");
  return *found;
}

std::vector<double> schedule_factors(const std::string& name, const ReplicaOptions& options) {
  std::vector<double> factors;
  if (const auto shape = kCouplingShapes.find(name)) {
    factors = shape_factors(*shape, options);
  } else {
    const auto window = listed(name, 0, options.steps);
    require_input(window.has_value(), "there is no such schedule (axes.g_schedule, saw \"", name,
                  "\"): give constant, late, early, linear, cosine, piecewise, or steps from 0 to ",
                  options.steps - 1, " such as \"0-", options.steps / 2 - 1, "\"");
    factors.assign(window->begin(), window->end());
  }
  const auto [least, most] = std::minmax_element(factors.begin(), factors.end());
  require_input(*least >= 0 && *most > 0,
                "a schedule couples at some step and nowhere backwards (axes.g_schedule, saw \"",
                name, "\", with g(t)/g from ", *least, " to ", *most,
                "): correct experiment.switch_time, the ramp or the pieces");
  if (options.budget == CouplingBudget::kept)
    for (const double mean = mean_of(factors); double& factor : factors) factor /= mean;
  return factors;
}

namespace {

/// Throws InputError where two values of an axis name the same, and so the same unit twice.
template <class Named>
void require_distinct(const Grid& grid, const char* axis, const Named& named) {
  const auto& names = axis_values<std::string>(grid, axis);
  std::vector<decltype(named(names.front()))> found;
  for (const std::string& name : names) {
    found.push_back(named(name));
    const auto first = std::find(found.begin(), found.end(), found.back()) - found.begin();
    require_input(first + 1 == std::ssize(found), "two values of an axis are the same (axes.", axis,
                  ", \"", names[unsigned_size(first)], "\" and \"", name, "\"): leave one out");
  }
}

}  // namespace

void check_coupling_reach(const ReplicaPlan& plan, const Grid& grid) {
  require_distinct(grid, "coupled_layers",
                   [&](const std::string& name) { return named_layers(name, plan.shape().depth); });
  require_distinct(grid, "coupled_heads",
                   [&](const std::string& name) { return named_heads(name, plan.shape().heads); });
  require_distinct(grid, "g_schedule",
                   [&](const std::string& name) { return schedule_factors(name, plan.options()); });
  const auto& strengths = axis_values<double>(grid, "g");
  const double strongest = *std::max_element(strengths.begin(), strengths.end());
  for (const std::string& name : axis_values<std::string>(grid, "g_schedule")) {
    const auto factors = schedule_factors(name, plan.options());
    const double most = *std::max_element(factors.begin(), factors.end());
    constexpr double kRounding = 1e-9;
    require_input(strongest * most <= 1 + kRounding,
                  "a schedule takes the coupling above 1 (axes.g_schedule, saw \"", name,
                  "\", which multiplies g by up to ", most, ", axes.g up to ", strongest,
                  "): lower g to ", 1 / most,
                  ", or set experiment.g_budget = \"free\" for a g that is not spread anew");
  }
}

CouplingReach coupling_reach(const ReplicaPlan& plan, const Unit& unit) {
  const auto whole = [](const auto& values) {
    return std::all_of(values.begin(), values.end(), [](auto value) { return value == 1; });
  };
  CouplingReach reach;
  reach.layers = named_layers(unit.label("coupled_layers"), plan.shape().depth);
  reach.heads = named_heads(unit.label("coupled_heads"), plan.shape().heads);
  reach.steps = schedule_factors(unit.label("g_schedule"), plan.options());
  if (whole(reach.heads)) reach.heads.clear();
  if (whole(reach.layers) && reach.heads.empty()) reach.layers.clear();
  if (whole(reach.steps)) reach.steps.clear();
  return reach;
}

}  // namespace syncgap::experiments
