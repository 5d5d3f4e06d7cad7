#include "core/observable.h"

#include <iterator>

namespace syncgap {

void ObservableList::add(const std::string& name, const Names& over, const std::string& meaning,
                         const std::string& unit, const std::string& source) {
  list_.push_back({name, over, meaning, unit, source});
}

void ObservableList::add_with_interval(const std::string& name, const Names& over,
                                       const std::string& meaning, const std::string& unit,
                                       const std::string& source, const std::string& interval) {
  add(name, over, meaning, unit, source);
  add(name + "_low", over, meaning + ", lower end of the 95% " + interval, unit, source);
  add(name + "_high", over, meaning + ", upper end of the 95% " + interval, unit, source);
}

void ObservableList::add_with_error(const std::string& name, const Names& over,
                                    const std::string& meaning, const std::string& unit,
                                    const std::string& source, const std::string& error) {
  add(name, over, meaning, unit, source);
  add(name + "_error", over, meaning + ", " + error, unit, source);
}

void ObservableList::append(std::vector<Observable> others) {
  list_.insert(list_.end(), std::make_move_iterator(others.begin()),
               std::make_move_iterator(others.end()));
}

}  // namespace syncgap
