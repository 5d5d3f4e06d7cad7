#include "core/check.h"

#include <cstdio>
#include <cstdlib>

namespace syncgap {

void precondition_failed(const char* file, int line, const char* expression,
                         const std::string& what) {
  std::fprintf(stderr, "%s:%d: precondition does not hold: %s%s%s%s\n", file, line, expression,
               what.empty() ? "" : " (", what.c_str(), what.empty() ? "" : ")");
  std::fflush(stderr);
  std::abort();
}

}  // namespace syncgap
