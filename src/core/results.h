#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/estimate.h"
#include "core/grid.h"
#include "core/numbers.h"
#include "core/observable.h"

namespace syncgap {

/// Where each observable of a unit lies in one flat buffer of doubles.
class ResultLayout {
 public:
  ResultLayout(const Grid& grid, std::vector<Observable> observables);

  const std::vector<Observable>& observables() const { return observables_; }
  std::int64_t offset(std::int64_t observable) const { return offsets_[observable]; }
  /// Number of doubles observable `i` has per unit.
  std::int64_t extent(std::int64_t i) const { return offsets_[i + 1] - offsets_[i]; }
  /// Lengths of its captured axes.
  std::span<const std::int64_t> shape(std::int64_t i) const { return shapes_[i]; }
  std::int64_t total() const { return offsets_.back(); }
  /// Throws std::out_of_range for a name the experiment did not declare.
  std::int64_t index(std::string_view name) const;

  /// The observables that carry the error and the interval of another one, or kAbsent.
  struct Companions {
    std::int64_t error, low, high;
  };
  const Companions& companions(std::int64_t observable) const { return companions_[observable]; }
  static constexpr std::int64_t kAbsent = -1;

 private:
  std::int64_t find(const std::string& name) const;

  std::vector<Observable> observables_;
  std::vector<std::vector<std::int64_t>> shapes_;
  std::vector<std::int64_t> offsets_;
  std::map<std::string, std::int64_t, std::less<>> places_;
  std::vector<Companions> companions_;
};

class Results;

/// The cells of one observable in the results of a unit, by their places on its captured axes in
/// the order declared. The number of places and their range are checked; where fewer are given than
/// there are axes, a call speaks of the whole block that is left.
class Cells {
 public:
  /// One cell.
  template <std::integral... Place>
  void set(double value, Place... at) {
    put(own_, value, {signed_size(at)...});
  }
  /// NAME and NAME_error.
  template <std::integral... Place>
  void set(const Estimate& estimate, Place... at) {
    set(estimate.value, at...);
    put(error_, estimate.standard_error, {signed_size(at)...});
  }
  template <std::integral... Place>
  void set(const IntervalEstimate& estimate, Place... at) {
    set(estimate.value, estimate.interval, at...);
  }
  /// NAME, NAME_low and NAME_high.
  template <std::integral... Place>
  void set(double value, Interval interval, Place... at) {
    set(value, at...);
    put(low_, interval.low, {signed_size(at)...});
    put(high_, interval.high, {signed_size(at)...});
  }
  /// The same where NaN is how an estimator says that there is no value ("no passage").
  template <class... Arguments>
  void set_or_none(const Arguments&... arguments) {
    may_be_none_ = true;
    set(arguments...);
    may_be_none_ = false;
  }

  /// A whole block, row-major; as many values as it has cells.
  template <std::integral... Place>
  void assign(std::span<const double> values, Place... at) {
    put_block(values, {signed_size(at)...});
  }
  template <std::integral... Place>
  void assign_or_none(std::span<const double> values, Place... at) {
    may_be_none_ = true;
    assign(values, at...);
    may_be_none_ = false;
  }
  /// A whole block to be filled in place, row-major: large results are computed where they stay.
  /// What is not filled is unset.
  template <std::integral... Place>
  std::span<double> fill(Place... at) {
    return opened(block(own_, {signed_size(at)...}));
  }
  /// Estimates along a block, with their errors.
  template <std::integral... Place>
  void assign(std::span<const Estimate> estimates, Place... at) {
    put_estimates(estimates, {signed_size(at)...});
  }

  /// Says on purpose that a block has no value, and its error or interval neither.
  template <std::integral... Place>
  void none(Place... at) {
    put_none({signed_size(at)...});
  }

 private:
  friend class Results;
  using Places = std::initializer_list<std::int64_t>;
  struct Block {
    std::int64_t first, size;
  };
  static constexpr std::int64_t kAbsent = ResultLayout::kAbsent;

  Cells(Results& results, std::string_view name);
  Block block(std::int64_t observable, Places at) const;
  void write(std::int64_t cell, double value);
  void put(std::int64_t observable, double value, Places at);
  std::span<double> opened(Block found);  // none of it is said to have no value any more
  void put_block(std::span<const double> values, Places at);
  void put_estimates(std::span<const Estimate> estimates, Places at);
  void put_none(Places at);

  Results* results_;
  std::int64_t own_, error_, low_, high_;  // observables, or kAbsent
  bool may_be_none_ = false;
};

/// The values of one unit. A cell is unset, has a value, or was said to have none; both of the
/// others are NaN.
class Results {
 public:
  explicit Results(const ResultLayout& layout);

  const ResultLayout& layout() const { return *layout_; }
  /// Throws std::out_of_range for a name the experiment did not declare.
  Cells cells(std::string_view name) { return {*this, name}; }
  /// All values of an observable, row-major over its captured axes.
  std::span<const double> at(std::int64_t observable) const;
  std::span<const double> values(std::string_view name) const { return at(layout_->index(name)); }
  std::span<const double> flat() const { return values_; }
  void reset();
  /// Says of whole observables that they have no value; what is set later has one.
  void none(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) cells(name).none();
  }

  /// First cell that may not be recorded, in words, because it is unset or not finite without
  /// having been said to have no value; empty if there is none.
  std::string first_fault() const;

 private:
  friend class Cells;

  const ResultLayout* layout_;
  std::vector<double> values_;
  std::vector<std::uint8_t> none_;  ///< 1 where a cell was said to have no value
  bool some_none_ = false;          ///< whether any is set
};

}  // namespace syncgap
