#pragma once

#include <nlohmann/json.hpp>

namespace syncgap::app {

/// Keys stay in the order they were given.
using Json = nlohmann::ordered_json;

/// An object on standard output, a key a line.
void print_json(const Json& object);

}  // namespace syncgap::app
