#pragma once

#include <string>

namespace syncgap {

/// What the bits of a random number depend on. Changing that changes this text, and with it every
/// record's identity.
inline constexpr const char* kRandomContract =
    "Philox4x32-10 keyed by (sweep seed, purpose, coordinates), counted by (trial, step, "
    "component), "
    "version 1";

/// "0.2.0"
const char* version();
/// Short commit hash of the source tree, "-dirty" with local changes, "unknown" outside git.
const char* git_revision();
/// "GCC 12.2.0"
std::string compiler();
/// "Release", "Debug", ...
const char* build_type();

}  // namespace syncgap
