#pragma once

#include <string>

namespace syncgap::tensor_files::made_up {

/// A file that another implementation wrote, kept beside the tests.
inline std::string golden_path(const std::string& name) {
  return std::string(SYNCGAP_TORCH_FILES) + "/" + name;
}

}  // namespace syncgap::tensor_files::made_up
