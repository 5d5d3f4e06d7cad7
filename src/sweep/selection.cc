#include "sweep/selection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <variant>

#include <boost/math/distributions/students_t.hpp>

#include "core/check.h"
#include "core/numbers.h"
#include "core/options.h"
#include "store/unit_status.h"

namespace syncgap::sweep {
namespace {

using store::Reached;
using store::UnitStatus;

// What a look at n repetitions says is still missing is taken in one step, a tenth more than that
// because the spread is often underestimated where it seems small, within these factors of n.
constexpr double kMore = 1.1, kLeastStep = 1.25, kGreatestStep = 4;
// A bend smaller than this many standard errors may be the noise of the repetitions.
constexpr double kSureOfBend = 2;

std::int64_t index_of(const ResultLayout& layout, const std::string& name,
                      const std::string& where) {
  std::vector<std::string> known;
  for (std::int64_t i = 0; i < std::ssize(layout.observables()); ++i) {
    if (layout.observables()[i].name == name) return i;
    known.push_back(layout.observables()[i].name);
  }
  throw InputError(unknown_name_message("observable", name, where, known));
}

std::vector<double> numbers_of(const Axis& axis, const std::string& where) {
  if (const auto* reals = std::get_if<0>(&axis.values)) return *reals;
  const auto* integers = std::get_if<1>(&axis.values);
  require_input(integers != nullptr, "axis '", axis.name, "' has labels (", where,
                "): only numbers have something between them to refine");
  return {integers->begin(), integers->end()};
}

}  // namespace

/// One call of choose: what is known of the cells it comes by.
struct Selection::Look {
  /// Mean and spread of one number over repetitions (Welford).
  struct Moments {
    std::int64_t count = 0;
    double mean = 0, squares = 0;

    void add(double value) {
      if (!std::isfinite(value)) return;
      const double delta = value - mean;
      mean += delta / to_real(++count);
      squares += delta * (value - mean);
    }
    double error() const {
      if (count < 2) return std::numeric_limits<double>::infinity();
      return std::sqrt(squares / to_real(count - 1) / to_real(count));
    }
    double half_width(double level) const {
      if (count < 2) return std::numeric_limits<double>::infinity();
      const boost::math::students_t law(to_real(count - 1));
      return boost::math::quantile(law, (1 + level) / 2) * error();
    }
  };

  struct Cell {
    bool settled = false;
    std::vector<Moments> refined = {};  // of the observable that refines, per element
  };

  const Selection& selection;
  std::span<const std::uint8_t> statuses;
  const Values& values;
  Choice choice;
  std::vector<std::optional<Cell>> cells;

  Look(const Selection& from, std::span<const std::uint8_t> known, const Values& read)
      : selection(from), statuses(known), values(read), cells(from.cells_.count()) {
    choice.statuses.assign(known.begin(), known.end());
    std::replace(choice.statuses.begin(), choice.statuses.end(), byte(UnitStatus::pending),
                 byte(UnitStatus::not_needed));
    choice.reached.resize(from.cells_.count() * from.goals_.precision.size());
  }

  std::vector<Moments> moments(std::uint64_t cell, std::uint64_t repetitions,
                               std::int64_t observable) const {
    std::vector<Moments> out(unsigned_size(selection.layout_.extent(observable)));
    for (std::uint64_t r = 0; r < repetitions; ++r) {
      const std::uint64_t unit = selection.cells_.unit(cell, r);
      if (statuses[unit] != byte(UnitStatus::done)) continue;
      const std::vector<double> numbers = values(unit, observable);
      for (std::size_t i = 0; i < out.size(); ++i) out[i].add(numbers[i]);
    }
    return out;
  }

  /// Of all elements the one that is farthest from its goal; those without a value in any
  /// repetition have nothing that could be known better.
  Reached worst(std::uint64_t cell, std::uint64_t repetitions, std::size_t goal) const {
    const PrecisionGoal& wanted = selection.goals_.precision[goal];
    Reached out;
    double farthest = -1;
    for (const Moments& each : moments(cell, repetitions, selection.observables_[goal])) {
      if (each.count == 0) continue;
      const double half = each.half_width(selection.goals_.level);
      const double target = wanted.relative ? wanted.bound * std::fabs(each.mean) : wanted.bound;
      const double ratio = half == 0 ? 0 : half / target;
      if (ratio <= farthest) continue;
      farthest = ratio;
      out = {each.count, half, target};
    }
    return out;
  }

  /// Marks what the cell needs next; true if it needs nothing more.
  bool settle(std::uint64_t cell) {
    if (cells[cell]) return cells[cell]->settled;
    Cell& known = cells[cell].emplace();
    const auto& goals = selection.goals_;
    const std::uint64_t cap = selection.cells_.repetitions();
    std::uint64_t n =
        goals.precision.empty() ? cap : std::min(cap, static_cast<std::uint64_t>(goals.first));
    for (;;) {
      if (wait_for(cell, n)) return false;
      double farthest = 0;
      for (std::size_t goal = 0; goal < goals.precision.size(); ++goal) {
        Reached& reached = choice.reached[cell * goals.precision.size() + goal];
        reached = worst(cell, n, goal);
        if (reached.count > 0 && !reached.met())
          farthest = std::max(farthest, reached.half_width / reached.target);
      }
      if (farthest == 0 || n == cap) break;
      n = std::min(cap, step(n, farthest));
    }
    if (selection.refined_ >= 0) known.refined = moments(cell, n, selection.refined_);
    return known.settled = true;
  }

  static std::uint64_t step(std::uint64_t n, double ratio) {
    const double size = to_real(n);
    const double missing = std::isfinite(ratio) ? size * ratio * ratio * kMore : 2 * size;
    return std::max(n + 1, static_cast<std::uint64_t>(std::ceil(
                               std::clamp(missing, kLeastStep * size, kGreatestStep * size))));
  }

  /// True, and marks them, if some of the first repetitions are still to be run.
  bool wait_for(std::uint64_t cell, std::uint64_t repetitions) {
    bool waits = false;
    for (std::uint64_t r = 0; r < repetitions; ++r) {
      const std::uint64_t unit = selection.cells_.unit(cell, r);
      if (statuses[unit] != byte(UnitStatus::pending)) continue;
      choice.statuses[unit] = byte(UnitStatus::pending);
      waits = true;
    }
    return waits;
  }

  /// Whether the straight line from a to b misses the middle by more than the tolerance, in any
  /// element; also where a value ends to exist between them.
  bool bends(const std::vector<std::uint64_t>& line, std::size_t a, std::size_t m,
             std::size_t b) const {
    const auto& x = selection.abscissae_;
    const double share = (x[m] - x[a]) / (x[b] - x[a]);
    const auto &left = cells[line[a]]->refined, &middle = cells[line[m]]->refined,
               &right = cells[line[b]]->refined;
    for (std::size_t i = 0; i < middle.size(); ++i) {
      const bool there = middle[i].count > 0;
      if (there != (left[i].count > 0) || there != (right[i].count > 0)) return true;
      if (!there) continue;
      const double straight = (1 - share) * left[i].mean + share * right[i].mean;
      const double noise = middle[i].count < 2 || left[i].count < 2 || right[i].count < 2
                               ? 0
                               : std::hypot(middle[i].error(), (1 - share) * left[i].error(),
                                            share * right[i].error());
      if (std::fabs(middle[i].mean - straight) - kSureOfBend * noise >
          selection.goals_.refine->tolerance)
        return true;
    }
    return false;
  }

  void halve(const std::vector<std::uint64_t>& line, std::size_t a, std::size_t b) {
    if (b - a < 2) return;
    const std::size_t m = a + (b - a) / 2;
    const bool ends = settle(line[a]) & settle(line[b]);  // both are to be marked
    if (!(settle(line[m]) && ends) || !bends(line, a, m, b)) return;
    halve(line, a, m);
    halve(line, m, b);
  }

  /// From values spread over the line, a power of two apart so that halves meet values of the axis.
  void refine(const std::vector<std::uint64_t>& line) {
    const std::size_t last = line.size() - 1;
    const auto pieces = static_cast<std::size_t>(selection.goals_.refine->first - 1);
    std::size_t stride = 1;
    while (last / (2 * stride) >= pieces) stride *= 2;
    settle(line[0]);
    for (std::size_t at = 0; at < last; at += stride) {
      const std::size_t next = std::min(at + stride, last);
      settle(line[next]);
      halve(line, at, next);
    }
  }
};

Selection::Selection(const Grid& grid, const ResultLayout& layout, Goals goals)
    : grid_(grid), layout_(layout), goals_(std::move(goals)), cells_(grid) {
  for (const PrecisionGoal& goal : goals_.precision) {
    observables_.push_back(index_of(layout, goal.observable, goal.where));
    require_input(cells_.repetitions() >= static_cast<std::uint64_t>(goals_.first),
                  "run.precision adds repetitions, and axis '", kRepetitionAxis, "' has ",
                  cells_.repetitions() == 1 ? "one at most" : concat("only ", cells_.repetitions()),
                  " (", goal.where, "): give it ", goals_.first,
                  " values or more, the greatest number a cell may take (axes.", kRepetitionAxis,
                  " = { range = [1, 201] }), where the experiment has such an axis");
  }
  if (!goals_.refine) return;
  const Refinement& refine = *goals_.refine;
  refined_ = index_of(layout, refine.observable, refine.where);
  std::vector<std::string> names;
  for (const std::size_t k : cells_.axes()) names.push_back(grid.axes()[k].name);
  if (std::find(names.begin(), names.end(), refine.axis) == names.end())
    throw InputError(
        unknown_name_message("split axis of run.refine", refine.axis, refine.where, names));
  abscissae_ = numbers_of(grid.axis(refine.axis), refine.where);
  lines_ = cells_.lines_along(refine.axis);
}

Selection::Choice Selection::choose(std::span<const std::uint8_t> statuses,
                                    const Values& values) const {
  SYNCGAP_EXPECTS(statuses.size() == grid_.unit_count());
  Look look(*this, statuses, values);
  if (!goals_.refine)
    for (std::uint64_t cell = 0; cell < cells_.count(); ++cell) look.settle(cell);
  for (const auto& line : lines_) look.refine(line);
  return std::move(look.choice);
}

std::vector<std::uint8_t> Selection::fewest() const {
  std::vector<std::uint8_t> statuses(grid_.unit_count(), byte(UnitStatus::pending));
  const Values same = [&](std::uint64_t, std::int64_t observable) {
    return std::vector<double>(unsigned_size(layout_.extent(observable)), 0.0);
  };
  for (;;) {
    Choice choice = choose(statuses, same);
    if (count(choice.statuses, UnitStatus::pending) == 0) return choice.statuses;
    for (std::size_t unit = 0; unit < statuses.size(); ++unit)
      if (choice.statuses[unit] == byte(UnitStatus::pending))
        statuses[unit] = byte(UnitStatus::done);
  }
}

}  // namespace syncgap::sweep
