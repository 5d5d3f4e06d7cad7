#pragma once

#include <string>
#include <utility>
#include <vector>

namespace syncgap {

/// One measured or predicted quantity, as an experiment declares it. In the record it has all split
/// axes first, then `captured` in the order given here.
struct Observable {
  std::string name;
  std::vector<std::string> captured;  ///< captured axes it depends on, slowest first
  std::string long_name;
  std::string unit = "1";
  std::string source = {};  ///< paper and equation: "multimodal (62)"
};

/// Observables of an experiment in the order they are added. A number with an interval is three:
/// NAME, NAME_low and NAME_high; one with a standard error is two: NAME and NAME_error.
class ObservableList {
 public:
  using Names = std::vector<std::string>;

  void add(const std::string& name, const Names& over, const std::string& meaning,
           const std::string& unit, const std::string& source);
  /// `interval` names it: "bootstrap interval".
  void add_with_interval(const std::string& name, const Names& over, const std::string& meaning,
                         const std::string& unit, const std::string& source,
                         const std::string& interval);
  /// `error` names it: "standard error over trajectories".
  void add_with_error(const std::string& name, const Names& over, const std::string& meaning,
                      const std::string& unit, const std::string& source, const std::string& error);
  /// What another list holds, behind what is here.
  void append(std::vector<Observable> others);
  std::vector<Observable> take() { return std::move(list_); }

 private:
  std::vector<Observable> list_;
};

}  // namespace syncgap
