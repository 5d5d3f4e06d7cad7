#pragma once

#include <string>

namespace syncgap::app {

/// "HDF5 1.10.8, Open MPI v4.1.4, ...": the libraries this binary runs with.
std::string library_versions();

}  // namespace syncgap::app
