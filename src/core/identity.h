#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "core/options.h"

namespace syncgap {

/// Something that decides numbers and is no option: "data" is a checksum, "arithmetic" is what a
/// device and a precision of `auto` came to.
struct Fact {
  std::string name, value;
  bool operator==(const Fact&) const = default;
};
using Facts = std::vector<Fact>;

/// "NAME = VALUE", a line each.
std::string facts_text(const Facts& facts);

/// The same on one line, separated by commas.
std::string facts_line(const Facts& facts);

/// The values of an axis as an identity has them: all of them, or of long ones a checksum.
std::string axis_text(const Axis& axis);

/// Every option that decides a number, in the order described. What only says where and how is left
/// out.
Facts deciding_options(const OptionTable& table);

/// Of a struct that describes itself by binding its members to a table.
template <class Options>
Facts deciding_options(Options options) {
  OptionTable table;
  options.describe(table);
  return deciding_options(table);
}

/// What a record is a record of, a line for each thing: two records with the same text hold the
/// same numbers.
struct RecordIdentity {
  std::string experiment;
  const OptionTable& options;
  const Grid& grid;
  const std::vector<Observable>& observables;
  std::int64_t sweep_seed = 0;
  Facts facts;

  std::string text() const;
};

}  // namespace syncgap
