#include "app/json.h"

#include <cstdio>

namespace syncgap::app {
namespace {

/// A path or a message need not be UTF-8; JSON must.
std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void print_json(const Json& object) {
  const char* before = "{";
  for (const auto& [key, value] : object.items()) {
    std::printf("%s\n  %s: %s", before, text_of(key).c_str(), text_of(value).c_str());
    before = ",";
  }
  std::printf("\n}\n");
}

}  // namespace syncgap::app
