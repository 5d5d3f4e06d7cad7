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

/// "NAME = VALUE" for every option that decides a number, a line each, in the order described. What
/// only says where and how is left out.
std::string deciding_options(const OptionTable& table);

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
