#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/grid.h"

namespace syncgap {

/// Whether NaN is a legitimate value ("no speciation here") or a failure of the unit.
enum class NanPolicy { failure, allowed };

/// One measured or predicted quantity, as an experiment declares it. In the record it has all split
/// axes first, then `captured` in the order given here.
struct Observable {
  std::string name;
  std::vector<std::string> captured;  ///< captured axes it depends on, slowest first
  std::string long_name;
  std::string unit = "1";
  std::string source = {};  ///< paper and equation: "multimodal (62)"
  NanPolicy nan = NanPolicy::failure;
};

/// Where each observable of a unit lies in one flat buffer of doubles.
class ResultLayout {
 public:
  ResultLayout(const Grid& grid, std::vector<Observable> observables);

  const std::vector<Observable>& observables() const { return observables_; }
  std::size_t offset(std::size_t observable) const { return offsets_[observable]; }
  /// Number of doubles observable `i` has per unit.
  std::size_t extent(std::size_t i) const { return offsets_[i + 1] - offsets_[i]; }
  std::size_t total() const { return offsets_.back(); }
  /// Throws std::out_of_range for a name the experiment did not declare.
  std::size_t index(std::string_view name) const;

 private:
  std::vector<Observable> observables_;
  std::vector<std::size_t> offsets_;
};

/// The values of one unit, NaN until set. `results["agreement"]` is row-major over the captured
/// axes.
class Results {
 public:
  explicit Results(const ResultLayout& layout);

  const ResultLayout& layout() const { return *layout_; }
  std::span<double> operator[](std::string_view name);
  std::span<const double> at(std::size_t observable) const;
  std::span<const double> flat() const { return values_; }
  std::span<double> flat() { return values_; }
  void reset();

 private:
  const ResultLayout* layout_;
  std::vector<double> values_;
};

}  // namespace syncgap
