#pragma once

#include <string>

#include "core/options.h"

namespace syncgap {

/// All options that apply as one JSON object, name -> value.
std::string options_json(const OptionTable& table);
/// The same, name -> {symbol, unit, doc, limits}.
std::string option_docs_json(const OptionTable& table);

}  // namespace syncgap
