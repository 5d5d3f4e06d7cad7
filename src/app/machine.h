#pragma once

#include <string>

namespace syncgap::app {

/// The name of the machine this process runs on.
std::string host_name();

}  // namespace syncgap::app
