#include "core/version.h"

namespace syncgap {

const char* version() { return SYNCGAP_VERSION; }

std::string compiler() {
#if defined(__clang__)
  return std::string("Clang ") + __clang_version__;
#else
  return std::string("GCC ") + __VERSION__;
#endif
}

const char* build_type() { return SYNCGAP_BUILD_TYPE; }

}  // namespace syncgap
