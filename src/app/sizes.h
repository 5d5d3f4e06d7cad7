#pragma once

#include <string>

namespace syncgap::app {

/// "30.9 MB": decimal prefixes, three digits.
std::string size_text(double bytes);
/// Three significant digits without an exponent where that is readable.
std::string short_number(double value);

}  // namespace syncgap::app
