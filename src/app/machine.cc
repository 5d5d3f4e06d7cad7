#include "app/machine.h"

#include <unistd.h>

namespace syncgap::app {

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace syncgap::app
