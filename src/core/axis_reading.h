#pragma once

#include <string>

#include <toml++/toml.h>

#include "core/grid.h"

namespace syncgap {

/// Reads what a job gives for an axis: one value, a list, or a table with exactly one of
///   values = [..]                 linspace = [first, last, count]
///   logspace = [first, last, count], the ends themselves      range = [from, to, step = 1], no
///   `to`
/// and optionally unit = "pi", which multiplies by pi. Whole numbers stay integers where all are;
/// values between are decimals of 15 digits, before a unit multiplies them.
/// Throws InputError that names the axis and `where`.
AxisValues read_axis_values(const std::string& axis, const toml::node& node,
                            const std::string& where);

}  // namespace syncgap
