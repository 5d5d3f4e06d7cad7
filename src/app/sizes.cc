#include "app/sizes.h"

#include <cmath>
#include <cstdio>

namespace syncgap::app {

std::string short_number(double value) {
  char text[40];
  if (value != 0 && (std::fabs(value) < 1e-3 || std::fabs(value) >= 1e7))
    std::snprintf(text, sizeof text, "%.3g", value);
  else
    std::snprintf(text, sizeof text, "%.*f",
                  std::fabs(value) >= 100  ? 0
                  : std::fabs(value) >= 10 ? 1
                                           : 2,
                  value);
  return text;
}

std::string size_text(double bytes) {
  static constexpr const char* prefixes[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  int k = 0;
  while (bytes >= 1000 && k < 5) bytes /= 1000, ++k;
  char text[40];
  std::snprintf(text, sizeof text, k == 0 ? "%.0f %s" : "%.3g %s", bytes, prefixes[k]);
  return text;
}

}  // namespace syncgap::app
