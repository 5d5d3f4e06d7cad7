#pragma once

// toml++ states what it takes for granted of a text's characters, and a mistake in a job file can
// break it: asserted, that would end the program; assumed, it would leave it undefined. Its checks
// behind those statements give the message, so they are left out in every build.
#define TOML_ASSERT(expression) static_assert(true)
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")
