#pragma once

#include <string>

#include <toml++/toml.h>

#include "core/goals.h"

namespace syncgap {

/// Sets what `key` names: "precision" and "refine" with a table, "precision.NAME" and "refine.NAME"
/// with a value. False for any other key; throws InputError naming `where` for what cannot be read.
bool read_goal(Goals& goals, const std::string& key, const toml::node& value,
               const std::string& where);
/// Throws InputError for a refinement that lacks a part.
void check_goals(const Goals& goals);

}  // namespace syncgap
