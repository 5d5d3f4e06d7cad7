#include "store/units.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace syncgap::store {
namespace {

constexpr std::array<std::string_view, 4> kReadAlike = {"1", "rad", "s", "1 / s"};

std::string ending(const std::string& unit) {
  return standard_units(unit) == unit ? "" : " (" + unit + ")";
}

}  // namespace

std::string standard_units(const std::string& unit) {
  return std::find(kReadAlike.begin(), kReadAlike.end(), unit) != kReadAlike.end() ? unit : "1";
}

std::string long_name(const std::string& meaning, const std::string& unit) {
  return meaning + ending(unit);
}

std::string meaning_of(const std::string& long_name, const std::string& unit) {
  const std::string end = ending(unit);
  const bool ends = long_name.size() >= end.size() &&
                    long_name.compare(long_name.size() - end.size(), end.size(), end) == 0;
  return ends ? long_name.substr(0, long_name.size() - end.size()) : long_name;
}

}  // namespace syncgap::store
