#pragma once

#include <string>

namespace syncgap {

/// "LibTorch 2.6.0", what this build trains networks with; empty in a build without it.
std::string torch_library();

/// The table of functions that is exported under this name by what needs LibTorch. The program
/// itself does not link LibTorch, whose hundreds of libraries take longer to open than most
/// commands take: libsyncgap_torch.so, which does, is opened when it is first asked for, beside the
/// program or in ../lib/syncgap. Throws InputError where it is missing or cannot be opened, and in
/// a build without LibTorch.
const void* torch_table(const char* name);

template <class Table>
const Table& torch_table_as(const char* name) {
  return *static_cast<const Table*>(torch_table(name));
}

}  // namespace syncgap
