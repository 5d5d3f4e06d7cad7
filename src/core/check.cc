#include "core/check.h"

#include <cstdio>
#include <cstdlib>
#include <new>

namespace syncgap {

std::string message_of(const std::exception& error) {
  if (dynamic_cast<const PlainError*>(&error) != nullptr) return error.what();
  const std::string text = error.what();
  const std::string first_line = text.substr(0, text.find('\n'));
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr)
    return concat("there was not enough memory (", first_line,
                  "): run fewer ranks on a host, or make the job smaller");
  return concat("something failed that should not (",
                first_line.empty() ? "without a message" : first_line,
                "): run it again; if it fails again, it is a bug");
}

void precondition_failed(const char* file, int line, const char* expression,
                         const std::string& what) {
  std::fprintf(stderr, "%s:%d: precondition does not hold: %s%s%s%s\n", file, line, expression,
               what.empty() ? "" : " (", what.c_str(), what.empty() ? "" : ")");
  std::fflush(stderr);
  std::abort();
}

}  // namespace syncgap
